/* Compiled by "hermitage bench": a few usual headers, a few functions. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

struct word {
    char *text;
    double weight;
};

static int heavier(const void *left, const void *right) {
    const struct word *a = left, *b = right;
    return (a->weight < b->weight) - (a->weight > b->weight);
}

static size_t split(char *line, struct word *words, size_t room) {
    size_t count = 0;
    for (char *part = strtok(line, " \t\n"); part && count < room; part = strtok(NULL, " \t\n")) {
        words[count].text = part;
        words[count].weight = sqrt((double)strlen(part));
        for (char *letter = part; *letter; letter++) *letter = (char)tolower((unsigned char)*letter);
        count++;
    }
    return count;
}

int main(int argc, char **argv) {
    struct stat about;
    struct word words[64];
    char line[1024];
    if (argc > 1 && stat(argv[1], &about) != 0) {
        fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof line, stdin)) {
        size_t count = split(line, words, sizeof words / sizeof *words);
        qsort(words, count, sizeof *words, heavier);
        for (size_t at = 0; at < count; at++) printf("%s %g\n", words[at].text, words[at].weight);
    }
    return EXIT_SUCCESS;
}
