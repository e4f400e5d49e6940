/* SPDX-License-Identifier: Apache-2.0
 * A program of --process exec: that books each invoice at once, except those with "later" in the id: they wait a day. */
#include <stdio.h>
#include <string.h>

int main(void) {
    char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        puts(strstr(line, "later") ? "retry 24h not yet" : "booked");
        fflush(stdout);
    }
    return 0;
}
