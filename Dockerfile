# Zorgpoort in a container: built with everything, run with what it needs, as nobody special.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json tsconfig.build.json ./
COPY src src
COPY bin bin
RUN npm ci --ignore-scripts && npx tsc -p tsconfig.build.json && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production ZORGPOORT_REST_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY bin/zorgpoort.js bin/zorgpoort.js
COPY schemas schemas
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8443
# The operations listener stays on loopback. To publish it to those who may see it, and to nobody else, set
# ZORGPOORT_OPERATIONS_HOST, and in production ZORGPOORT_OPERATIONS_EXPOSED=true.
# Asks whether the process lives; /health/ready also sees a full disk. Set the port in the environment, not in a file.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.ZORGPOORT_OPERATIONS_PORT ?? 9464) + '/health/live').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/zorgpoort.js"]
CMD ["serve"]
