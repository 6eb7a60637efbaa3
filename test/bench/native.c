/* The system's libxml2: how many documents a second are parsed into a tree and validated, the schema compiled once.
 * native SCHEMA DOCUMENT MILLISECONDS WARM-UP-MILLISECONDS prints: valid (1 or 0), documents, seconds. */
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void quiet(void *context, const char *message, ...) { (void)context; (void)message; }

/* Returns 0 when the document is valid. */
static int judge(xmlSchemaPtr schema, const char *bytes, int size) {
  xmlDocPtr document = xmlReadMemory(bytes, size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (document == NULL) return -1;
  xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt(schema);
  xmlSchemaSetValidErrors(context, quiet, quiet, NULL);
  int verdict = xmlSchemaValidateDoc(context, document);
  xmlSchemaFreeValidCtxt(context);
  xmlFreeDoc(document);
  return verdict;
}

static double repeat(xmlSchemaPtr schema, const char *bytes, int size, double seconds, long *count) {
  double begin = now(), spent = 0;
  for (*count = 0; *count == 0 || spent < seconds; spent = now() - begin) {
    judge(schema, bytes, size);
    ++*count;
  }
  return spent;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(argv[1]);
  xmlSchemaPtr schema = xmlSchemaParse(parser);
  xmlSchemaFreeParserCtxt(parser);
  FILE *file = fopen(argv[2], "rb");
  if (schema == NULL || file == NULL) return 3;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *bytes = malloc(size);
  if (bytes == NULL || fread(bytes, 1, size, file) != (size_t)size) return 3;
  fclose(file);

  long count;
  int valid = judge(schema, bytes, size) == 0;
  repeat(schema, bytes, size, atof(argv[4]) / 1000, &count);
  double seconds = repeat(schema, bytes, size, atof(argv[3]) / 1000, &count);
  printf("%d %ld %.6f\n", valid, count, seconds);
  return 0;
}
