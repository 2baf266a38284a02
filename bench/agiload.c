/* Plays Asterisk's side of FastAGI, many calls at once, to load a server. One thread, epoll.
 *
 *   gcc -O2 -o agiload agiload.c
 *   ./agiload PORT CALLS_AT_ONCE SESSIONS HOLD_MS SCRIPT TOKEN MAX_SECONDS RAMP_MS
 *
 * HOLD_MS   how long a caller takes to press a key (GET DATA, GET OPTION, WAIT FOR DIGIT); 0: at once
 * RAMP_MS   over which the first CALLS_AT_ONCE sessions begin; 0: at once
 *
 * Prints one line of JSON. A turn is the time from a reply to the server's next command; first is
 * from connecting to the first command. A session is good when the server closed it after at least
 * two commands, with no reply owing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum state { FREE, CONNECTING, SERVED, PRESSING };

struct session {
    int fd;
    enum state state;
    int commands;
    double began, replied, due;
    const char *reply;
    size_t unread;
    char buffer[4096];
};

struct samples {
    float *values;
    long count, room;
};

static struct session *sessions;
static int *free_places, free_count;
static int *pressing; /* ring of sessions in the order their key is due */
static long press_head, press_tail, press_room;
static int poller, port;
static double hold;
static const char *script, *token;
static long started, good, failed, commands;
static struct samples turns, firsts, whole;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void add(struct samples *s, double value) {
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 65536;
        s->values = realloc(s->values, s->room * sizeof(float));
    }
    s->values[s->count++] = value;
}

static int by_value(const void *a, const void *b) {
    float d = *(const float *)a - *(const float *)b;
    return d < 0 ? -1 : d > 0;
}

/* The p-quantile in milliseconds; sorts the samples. */
static double quantile_ms(struct samples *s, double p) {
    qsort(s->values, s->count, sizeof(float), by_value);
    return s->count ? s->values[(long)((s->count - 1) * p)] * 1e3 : 0;
}

static void begin(int place) {
    struct session *s = &sessions[place];
    memset(s, 0, sizeof *s);
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int on = 1;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->began = now();
    s->state = CONNECTING;
    started++;
    (void)!connect(s->fd, (struct sockaddr *)&to, sizeof to);
    struct epoll_event e = {.events = EPOLLOUT | EPOLLIN | EPOLLRDHUP, .data.u32 = place};
    epoll_ctl(poller, EPOLL_CTL_ADD, s->fd, &e);
}

static void end(int place, int is_good) {
    struct session *s = &sessions[place];
    close(s->fd);
    s->state = FREE;
    *(is_good ? &good : &failed) += 1;
    add(&whole, now() - s->began);
    free_places[free_count++] = place;
}

static void say(int place, const char *text, size_t length) {
    struct session *s = &sessions[place];
    s->state = SERVED;
    s->replied = now();
    if (send(s->fd, text, length, MSG_NOSIGNAL) != (ssize_t)length)
        end(place, 0);
}

static void request(int place) {
    static int number;
    char text[2048];
    number++;
    int length = snprintf(text, sizeof text,
        "agi_network: yes\nagi_network_script: %s\nagi_request: agi://127.0.0.1:%d/%s\n"
        "agi_channel: PJSIP/trunk-%08x\nagi_language: en\nagi_type: PJSIP\n"
        "agi_uniqueid: node-1795303326.%d\nagi_version: 22.10.1\nagi_callerid: 4930%d\n"
        "agi_calleridname: c\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n"
        "agi_callingtns: 0\nagi_dnid: 2000\nagi_rdnis: unknown\nagi_context: incoming\n"
        "agi_extension: 2000\nagi_priority: 1\nagi_enhanced: 0.0\nagi_accountcode: \n"
        "agi_threadid: 139872349058752\nagi_arg_1: %s\nagi_arg_2: node-1795303326.%d\n\n",
        script, port, script, number, number, number, token, number);
    say(place, text, length);
}

static int takes_a_key(const char *line) {
    return !strncasecmp(line, "GET DATA", 8) || !strncasecmp(line, "GET OPTION", 10) ||
           !strncasecmp(line, "WAIT FOR DIGIT", 14);
}

static const char *reply_to(const char *line) {
    if (!strncasecmp(line, "GET DATA", 8)) return "200 result=1\n";
    if (!strncasecmp(line, "GET OPTION", 10)) return "200 result=49 endpos=4000\n";
    if (!strncasecmp(line, "WAIT FOR DIGIT", 14)) return "200 result=49\n";
    if (!strncasecmp(line, "GET VARIABLE", 12)) return "200 result=1 (trunk)\n";
    if (!strncasecmp(line, "SET VARIABLE", 12) || !strncasecmp(line, "VERBOSE", 7)) return "200 result=1\n";
    return "200 result=0\n";
}

static void command(int place, const char *line) {
    struct session *s = &sessions[place];
    double t = now();
    commands++;
    if (s->commands++ == 0)
        add(&firsts, t - s->began);
    else
        add(&turns, t - s->replied);
    s->reply = reply_to(line);
    if (hold > 0 && takes_a_key(line)) {
        s->state = PRESSING;
        s->due = t + hold;
        pressing[press_tail++ % press_room] = place;
    } else {
        say(place, s->reply, strlen(s->reply));
    }
}

static void hear(int place) {
    struct session *s = &sessions[place];
    ssize_t n = recv(s->fd, s->buffer + s->unread, sizeof s->buffer - 1 - s->unread, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        end(place, n == 0 && s->commands >= 2 && s->state == SERVED);
        return;
    }
    s->unread += n;
    s->buffer[s->unread] = 0;
    char *newline;
    while (s->state != FREE && (newline = strchr(s->buffer, '\n'))) {
        *newline = 0;
        command(place, s->buffer);
        size_t used = newline + 1 - s->buffer;
        s->unread -= used;
        memmove(s->buffer, s->buffer + used, s->unread + 1);
    }
}

static void event(int place, unsigned events) {
    struct session *s = &sessions[place];
    if (s->state == FREE) return;
    if (s->state != CONNECTING) {
        hear(place);
        return;
    }
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) {
        end(place, 0);
    } else if (events & EPOLLOUT) {
        struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP, .data.u32 = place};
        epoll_ctl(poller, EPOLL_CTL_MOD, s->fd, &e);
        request(place);
    }
}

static void press_due_keys(void) {
    double t = now();
    while (press_head < press_tail) {
        int place = pressing[press_head % press_room];
        struct session *s = &sessions[place];
        if (s->state == PRESSING && s->due > t) return;
        press_head++;
        if (s->state == PRESSING) say(place, s->reply, strlen(s->reply));
    }
}

/* Milliseconds the poll may sleep: until the next key is due, 20 at most. */
static int patience(void) {
    if (press_head == press_tail) return 20;
    double ms = (sessions[pressing[press_head % press_room]].due - now()) * 1e3;
    return ms <= 0 ? 0 : ms < 20 ? (int)ms + 1 : 20;
}

static int load(int at_once, long total, double seconds, double ramp) {
    struct epoll_event events[1024];
    int peak = 0;
    double t0 = now();
    while (good + failed < total && now() - t0 < seconds) {
        long allowed = ramp > 0 ? (long)((now() - t0) / ramp * at_once) + 1 : total;
        for (int burst = 0; free_count && started < total && started < allowed && burst < 256; burst++)
            begin(free_places[--free_count]);
        if (at_once - free_count > peak) peak = at_once - free_count;
        int n = epoll_wait(poller, events, 1024, patience());
        for (int k = 0; k < n; k++)
            event(events[k].data.u32, events[k].events);
        press_due_keys();
    }
    return peak;
}

int main(int count, char **word) {
    if (count != 9) {
        fprintf(stderr, "usage: agiload PORT CALLS_AT_ONCE SESSIONS HOLD_MS SCRIPT TOKEN MAX_SECONDS RAMP_MS\n");
        return 2;
    }
    port = atoi(word[1]);
    int at_once = atoi(word[2]);
    hold = atof(word[4]) / 1e3;
    script = word[5];
    token = word[6];
    struct rlimit files = {20000, 20000};
    setrlimit(RLIMIT_NOFILE, &files);
    poller = epoll_create1(0);
    press_room = at_once * 4 + 16;
    sessions = calloc(at_once, sizeof *sessions);
    free_places = calloc(at_once, sizeof *free_places);
    pressing = calloc(press_room, sizeof *pressing);
    while (free_count < at_once) {
        free_places[free_count] = at_once - 1 - free_count;
        free_count++;
    }
    double t0 = now();
    int peak = load(at_once, atol(word[3]), atof(word[7]), atof(word[8]) / 1e3);
    double wall = now() - t0;
    printf("{\"peak\": %d, \"good\": %ld, \"failed\": %ld, \"unfinished\": %ld, \"sessions_s\": %.1f, "
           "\"turn_p50_ms\": %.3f, \"turn_p99_ms\": %.3f, \"turn_max_ms\": %.3f, "
           "\"first_p99_ms\": %.3f, \"session_p99_ms\": %.3f, \"wall_s\": %.3f}\n",
           peak, good, failed, started - good - failed, good / wall, quantile_ms(&turns, .5),
           quantile_ms(&turns, .99), quantile_ms(&turns, 1), quantile_ms(&firsts, .99),
           quantile_ms(&whole, .99), wall);
    return 0;
}
