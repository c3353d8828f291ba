/* Runs a fuzz target over every file of a folder: the seeds, on each commit, with any compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    size_t cap = 1 << 20;
    uint8_t *buf = malloc(cap);
    size_t n = buf ? fread(buf, 1, cap, f) : 0;
    (void)fclose(f);
    /* An exact-size copy, so that a sanitizer sees the first byte past the end. */
    uint8_t *exact = malloc(n ? n : 1);
    if (exact && buf) {
        memcpy(exact, buf, n);
        (void)LLVMFuzzerTestOneInput(exact, n);
    }
    free(exact);
    free(buf);
    return 1;
}

int main(int argc, char **argv)
{
    int ran = 0;

    if (argc < 2)
        return 2;
    DIR *d = opendir(argv[1]);
    if (!d) {
        (void)fprintf(stderr, "no seeds in %s\n", argv[1]);
        return 1;
    }
    for (struct dirent *e; (e = readdir(d));) {
        char path[4096];
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
        ran += run_file(path);
    }
    (void)closedir(d);
    (void)printf("%d seeds\n", ran);
    return ran > 0 ? 0 : 1;
}
