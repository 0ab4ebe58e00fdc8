/* SPDX-License-Identifier: MIT
 *
 * Tests of the status table and the fault table.
 */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/fault.h"
#include "http/status.h"

/* Every code: the line is made of the code and its reason. */
static void lines_hold_code_and_reason(void **state)
{
    int known = 0;
    (void)state;
    for (int code = 0; code < 1000; code++) {
        const char *reason = status_reason(code);
        char want[80];
        if (strcmp(reason, "Unknown") == 0)
            continue;
        int n =
            snprintf(want, sizeof want, "HTTP/1.1 %03d %s\r\n", code, reason);
        ROW_CHECK(want, span_eq(status_line(code), span_of(want, (size_t)n)));
        known++;
    }
    assert_int_equal(known, 51);
}

static void reasons_by_rfc_9110(void **state)
{
    static const struct {
        int code;
        const char *reason;
    } rows[] = {
        { 100, "Continue" },
        { 200, "OK" },
        { 204, "No Content" },
        { 206, "Partial Content" },
        { 301, "Moved Permanently" },
        { 302, "Found" },
        { 303, "See Other" },
        { 304, "Not Modified" },
        { 307, "Temporary Redirect" },
        { 308, "Permanent Redirect" },
        { 400, "Bad Request" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 406, "Not Acceptable" },
        { 408, "Request Timeout" },
        { 410, "Gone" },
        { 412, "Precondition Failed" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" },
        { 416, "Range Not Satisfiable" },
        { 417, "Expectation Failed" },
        { 421, "Misdirected Request" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 503, "Service Unavailable" },
        { 505, "HTTP Version Not Supported" },
        { 299, "Unknown" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_string_equal(status_reason(rows[i].code), rows[i].reason);
}

static void a_code_without_a_row_is_a_bug(void **state)
{
    int how;
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        fclose(stderr);
        close(2);
        status_line(299);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_false(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

/* Each fault has a status that exists and a word of its own; a fault that
 * leaves the framing in doubt closes (RFC 9112 section 11.2). */
static void faults_are_answerable(void **state)
{
    (void)state;
    for (enum fault f = 0; f < FAULT_COUNT; f++) {
        const struct fault_row *row = fault_row(f);
        if (f == FAULT_NONE || f == FAULT_MORE) {
            ROW_CHECK(row->name, row->status == 0);
            continue;
        }
        ROW_CHECK(row->name, row->status >= 400 && row->status < 600);
        ROW_CHECK(row->name, strcmp(status_reason(row->status), "Unknown"));
        ROW_CHECK(row->name, row->text[0] && !strpbrk(row->text, "<>&"));
        if (f < FAULT_HOST_MISSING)
            ROW_CHECK(row->name, !row->lives);
        for (enum fault g = 0; g < f; g++)
            ROW_CHECK(row->name, strcmp(row->word, fault_row(g)->word));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_hold_code_and_reason),
        cmocka_unit_test(reasons_by_rfc_9110),
        cmocka_unit_test(a_code_without_a_row_is_a_bug),
        cmocka_unit_test(faults_are_answerable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
