/* SPDX-License-Identifier: MIT
 *
 * usage: the text in both languages, and which one is wanted.
 * Layer: tool.  Goes by the names of the variables alone (POSIX XBD 8.2): the
 * locale need not be installed.
 */
#include "tool/usage.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What may be written, behind the words for "usage: ". */
#define FORMS                                                            \
    "etagd [-c FILE] [-t] [--dump-config] [-o section.key=value]... "    \
    "[DIR]\n"                                                            \
    "       etagd check -c FILE [--json] [--after TIME]\n"               \
    "       etagd explain [-c FILE | DIR] [-H 'NAME: VALUE']... /PATH\n" \
    "       etagd mime FILE...\n"                                        \
    "       etagd passwd [--stdin] [--check | --delete] FILE USER\n"     \
    "       etagd precompress [--check | --dry-run] DIR\n"               \
    "       etagd lab|annotate [--help] ...\n"                           \
    "       etagd watch [-a] [URL]\n"

static const char english[] =
    "usage: " FORMS "  -c, --config FILE        serve as FILE says\n"
    "  DIR                      serve DIR on http://127.0.0.1:5000/; caches "
    "ask first\n"
    "  -o section.key=value     override one option (repeatable)\n"
    "  -t, --test               check the configuration and end\n"
    "      --dump-config        print the effective configuration\n"
    "      --show-budget        add up the memory that the configuration "
    "allows\n"
    "      --help-config        print every option with its default\n"
    "      --reload             have the running etagd take FILE's new "
    "content;\n"
    "                           returns once that serves, or prints its faults\n"
    "      --stop, --finish     end it now, or when its responses are sent\n"
    "      --drain              the same, but let balancers know before "
    "([health])\n"
    "      --reopen             have it open its logs again\n"
    "      --status[=json]      print what it does\n"
    "      --control SOCKET     reach it there, without reading FILE\n"
    "  -V, --version            print the version\n"
    "  -h, --help               print this\n"
    "  explain                  print what a request would be answered with, "
    "and why\n"
    "  mime                     print which media type a file gets, and why\n"
    "  passwd                   make an entry of a file for [access]\n"
    "  precompress              write the coded forms of files beside them\n"
    "  watch                    show what the observer of a server tells\n"
    "                           (a DIR of such a name is written ./explain)\n";

static const char chinese[] =
    "用法： " FORMS "  -c, --config FILE        按 FILE 所写提供服务\n"
    "  DIR                      在 http://127.0.0.1:5000/ 上提供 DIR，"
    "缓存先询问\n"
    "  -o section.key=value     覆盖一个选项（可重复）\n"
    "  -t, --test               检查配置后结束\n"
    "      --dump-config        打印实际生效的配置\n"
    "      --show-budget        合计该配置允许使用的内存\n"
    "      --help-config        打印每个选项及其默认值\n"
    "      --reload             让正在运行的 etagd 采用 FILE 的新内容；\n"
    "                           它开始服务时结束，否则打印其中的错误\n"
    "      --stop, --finish     立即结束它，或等应答发送完毕再结束\n"
    "      --drain              同上，但先让负载均衡器知道（[health]）\n"
    "      --reopen             让它重新打开日志\n"
    "      --status[=json]      打印它正在做什么\n"
    "      --control SOCKET     由此找到它，不读取 FILE\n"
    "  -V, --version            打印版本\n"
    "  -h, --help               打印本说明\n"
    "  explain                  打印一个请求会得到什么应答，以及原因\n"
    "  mime                     打印一个文件的媒体类型，以及原因\n"
    "  passwd                   为 [access] 的文件写一个条目\n"
    "  precompress              把文件的压缩形式写在它们旁边\n"
    "  watch                    显示一个服务器的观察器所说的\n"
    "                           （同名的 DIR 写作 ./explain）\n";

static const char *locale(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return "";
}

const char *usage_text(void)
{
    const char *l = locale(), *codeset = strchr(l, '.');
    bool utf8 = codeset && (strncasecmp(codeset, ".utf-8", 6) == 0 ||
                            strncasecmp(codeset, ".utf8", 5) == 0);

    return utf8 && strncmp(l, "zh", 2) == 0 ? chinese : english;
}
