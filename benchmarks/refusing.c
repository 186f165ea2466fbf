/* An epoll SMTP sink that refuses some: refusing PORT SEED PER_MILLE_4XX PER_MILLE_5XX.
   It keeps nothing, and draws who is refused from its own seeded sequence, so each run of one order of readers meets
   the same share. Refused at RCPT, as a relay does that knows; DATA after that is refused too (RFC 2920 3.1). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    int body, recipients;
    size_t held, seen;
    char bytes[1 << 19];
} Line;

static uint64_t drawn;
static unsigned busy, gone;
static Line *lines[4096];

static unsigned per_mille(void) { /* splitmix64 */
    uint64_t z = (drawn += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return (unsigned)((z ^ (z >> 31)) % 1000);
}

static void say(int fd, const char *words) {
    if (write(fd, words, strlen(words)) < 0) return;
}

static const char *answer(Line *line, const char *command) {
    if (!strncasecmp(command, "EHLO", 4)) return "250-refusing\r\n250-8BITMIME\r\n250 PIPELINING\r\n";
    if (!strncasecmp(command, "MAIL", 4) || !strncasecmp(command, "RSET", 4)) line->recipients = 0;
    if (!strncasecmp(command, "RCPT", 4)) {
        unsigned one = per_mille();
        if (one < busy) return "450 4.2.0 try again later\r\n";
        if (one < busy + gone) return "550 5.1.1 user unknown\r\n";
        line->recipients = 1;
    }
    if (!strncasecmp(command, "DATA", 4)) {
        if (!line->recipients) return "554 5.5.1 no valid recipients\r\n";
        line->body = 1;
        return "354 go\r\n";
    }
    return !strncasecmp(command, "QUIT", 4) ? "221 bye\r\n" : "250 ok\r\n";
}

static int hear(int fd, Line *line) { /* 0: the line is over */
    ssize_t more = read(fd, line->bytes + line->held, sizeof line->bytes - line->held);
    if (more <= 0) return 0;
    line->held += more;
    char out[8192] = "";
    size_t at = 0;
    int over = 0;
    while (!over && strlen(out) < sizeof out - 128) {
        if (line->body) {
            size_t from = line->seen > at ? line->seen : at;
            char *dot = memmem(line->bytes + from, line->held - from, "\r\n.\r\n", 5);
            if (!dot) {
                line->seen = line->held > 4 + at ? line->held - 4 : at;
                break;
            }
            at = line->seen = dot - line->bytes + 5;
            line->body = 0;
            strcat(out, "250 2.0.0 ok\r\n");
        } else {
            char *end = memchr(line->bytes + at, '\n', line->held - at);
            if (!end) break;
            const char *words = answer(line, line->bytes + at);
            over = !strncmp(words, "221", 3);
            at = line->seen = end - line->bytes + 1;
            strcat(out, words);
        }
    }
    memmove(line->bytes, line->bytes + at, line->held - at);
    line->held -= at;
    line->seen = line->seen > at ? line->seen - at : 0;
    if (*out) say(fd, out);
    return !over;
}

int main(int count, char **words) {
    if (count != 5) return 2;
    drawn = strtoull(words[2], 0, 10), busy = atoi(words[3]), gone = atoi(words[4]);
    int door = socket(AF_INET, SOCK_STREAM, 0), yes = 1, all = epoll_create1(0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    here.sin_addr.s_addr = inet_addr("127.0.0.1");
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(door, (void *)&here, sizeof here) || listen(door, 1024)) return 1;
    struct epoll_event watch = {.events = EPOLLIN, .data.fd = door}, ready[64];
    epoll_ctl(all, EPOLL_CTL_ADD, door, &watch);
    for (;;) {
        int number = epoll_wait(all, ready, 64, -1);
        for (int i = 0; i < number; i++) {
            int fd = ready[i].data.fd;
            if (fd == door) {
                fd = accept(door, 0, 0);
                if (fd < 0 || fd >= 4096) return 1;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                lines[fd] = calloc(1, sizeof(Line));
                watch.data.fd = fd;
                epoll_ctl(all, EPOLL_CTL_ADD, fd, &watch);
                say(fd, "220 refusing ESMTP\r\n");
            } else if (!hear(fd, lines[fd])) {
                close(fd);
                free(lines[fd]);
                lines[fd] = 0;
            }
        }
    }
}
