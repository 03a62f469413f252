/* What Windows' own functions say about the version of files.

   Reads paths from standard input, UTF-8, one a line. For each it writes one line of five fields, parted by tabs:
     1. "-" when GetFileVersionInfo finds no version resource, "+" when it does
     2. dwSignature of the fixed part, eight hexadecimal digits; "-" without a fixed part of 52 bytes
     3. dwFileVersionMS and dwFileVersionLS as four numbers; "-" likewise
     4. the first pair of VarFileInfo\Translation, eight hexadecimal digits; "-" without one
     5. FileVersion in the string table of that pair, four hexadecimal digits a UTF-16 unit; "-" without one
   An exception ends the program with status 3, so that the file after the last line written is the one that caused it.

   Build: x86_64-w64-mingw32-gcc -O1 -Wall -Werror version_api.c -o version_api.exe -lversion */

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static LONG WINAPI give_up(EXCEPTION_POINTERS *exception)
{
    (void)exception;
    TerminateProcess(GetCurrentProcess(), 3);
    return EXCEPTION_EXECUTE_HANDLER;
}

static void print_fixed(const void *resource)
{
    VS_FIXEDFILEINFO *fixed;
    UINT size = 0;

    if (!VerQueryValueW(resource, L"\\", (void **)&fixed, &size) || size < sizeof *fixed) {
        printf("\t-\t-");
        return;
    }
    printf("\t%08lx\t%u.%u.%u.%u", fixed->dwSignature, HIWORD(fixed->dwFileVersionMS), LOWORD(fixed->dwFileVersionMS),
           HIWORD(fixed->dwFileVersionLS), LOWORD(fixed->dwFileVersionLS));
}

static void print_file_version(const void *resource)
{
    WCHAR name[64], *text;
    WORD *pair;
    UINT size = 0, i;

    if (!VerQueryValueW(resource, L"\\VarFileInfo\\Translation", (void **)&pair, &size) || size < 4) {
        printf("\t-\t-");
        return;
    }
    printf("\t%04x%04x\t", pair[0], pair[1]);
    swprintf(name, sizeof name / sizeof *name, L"\\StringFileInfo\\%04x%04x\\FileVersion", pair[0], pair[1]);
    if (!VerQueryValueW(resource, name, (void **)&text, &size)) {
        printf("-");
        return;
    }
    for (i = 0; i < size && text[i]; i++)
        printf("%04x", text[i]);
}

static void print_version(const char *line)
{
    WCHAR path[4096];
    DWORD unused, size;
    void *resource;

    MultiByteToWideChar(CP_UTF8, 0, line, -1, path, sizeof path / sizeof *path);
    size = GetFileVersionInfoSizeW(path, &unused);
    resource = size ? calloc(1, size) : NULL;
    if (resource && GetFileVersionInfoW(path, 0, size, resource)) {
        printf("+");
        print_fixed(resource);
        print_file_version(resource);
        printf("\n");
    } else {
        printf("-\t-\t-\t-\t-\n");
    }
    free(resource);
    fflush(stdout);
}

int main(void)
{
    char line[4096];

    SetUnhandledExceptionFilter(give_up);
    _setmode(_fileno(stdout), _O_BINARY);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = 0;
        print_version(line);
    }
    return 0;
}
