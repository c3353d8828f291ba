/* Counters: one page per worker in a shared memfd, written by the worker with relaxed atomics and
 * summed by the courier, which serves them as Prometheus text. One table names them all. */
#ifndef MLN_AUDIT_COUNTERS_H
#define MLN_AUDIT_COUNTERS_H

#include "base/base.h"
#include "engine/snapshot.h"
#include "engine/tables.h"
#include "http/fault.h"

/* X(symbol, metric name, labels or "", help). Gauges have G as first letter of the symbol. */
/* clang-format off */
#define MLN_COUNTERS(X)                                                                            \
    X(REQUESTS_FORWARDED, "merlon_requests_total", "outcome=\"forwarded\"", "Requests by outcome") \
    X(REQUESTS_BLOCKED, "merlon_requests_total", "outcome=\"blocked\"", "Requests by outcome")     \
    X(REQUESTS_REFUSED, "merlon_requests_total", "outcome=\"malformed\"", "Requests by outcome")   \
    X(REQUESTS_ERROR, "merlon_requests_total", "outcome=\"error\"", "Requests by outcome")         \
    X(REQUESTS_ABANDONED, "merlon_requests_total", "outcome=\"abandoned\"", "Requests by outcome") \
    X(REQUESTS_ALERTED, "merlon_requests_alerted_total", "", "Requests forwarded with an alert")   \
    X(RESPONSES_APP, "merlon_responses_total", "source=\"app\"", "Answers by who made them")       \
    X(RESPONSES_OWN, "merlon_responses_total", "source=\"merlon\"", "Answers by who made them")    \
    X(CONNS_ACCEPTED, "merlon_connections_total", "event=\"accepted\"", "Client connections")      \
    X(CONNS_REFUSED, "merlon_connections_total", "event=\"refused\"", "Client connections")        \
    X(CONNS_STRAY, "merlon_connections_total", "event=\"stray\"", "Client connections")            \
    X(PROXY_V1, "merlon_proxy_headers_total", "result=\"v1\"", "Headers of PROXY protocol")        \
    X(PROXY_V2, "merlon_proxy_headers_total", "result=\"v2\"", "Headers of PROXY protocol")        \
    X(PROXY_LOCAL, "merlon_proxy_headers_total", "result=\"local\"", "Headers of PROXY protocol")  \
    X(PROXY_REFUSED, "merlon_proxy_headers_total", "result=\"refused\"",                           \
      "Headers of PROXY protocol")                                                                 \
    X(TUNNELS_TLS, "merlon_tunnels_total", "kind=\"tls\"", "Connections passed on uninspected")    \
    X(TUNNELS_HTTP2, "merlon_tunnels_total", "kind=\"http2\"", "Connections passed on uninspected") \
    X(TUNNELS_OTHER, "merlon_tunnels_total", "kind=\"other\"", "Connections passed on uninspected") \
    X(TUNNELS_WEBSOCKET, "merlon_tunnels_total", "kind=\"websocket\"",                             \
      "Connections passed on uninspected")                                                         \
    X(TUNNELS_REFUSED, "merlon_tunnels_refused_total", "",                                         \
      "Connections refused that are not HTTP")                                                     \
    X(TUNNEL_BYTES, "merlon_tunnel_bytes_total", "", "Bytes passed on uninspected")                \
    X(G_CONNS_OPEN, "merlon_connections_open", "", "Open client connections")                      \
    X(UP_CONNECTS, "merlon_upstream_connects_total", "", "Connections made to the application")    \
    X(UP_REUSED, "merlon_upstream_reused_total", "", "Requests on a reused connection")            \
    X(UP_FAILED, "merlon_upstream_failures_total", "",                                             \
      "Connections to the application that failed")                                                \
    X(UP_OTHER_PORT, "merlon_upstream_other_port_total", "",                                       \
      "Connections to the application from another port than the client's")                        \
    X(UP_OTHER_ADDRESS, "merlon_upstream_other_address_total", "",                                 \
      "Connections to the application without the client's address")                               \
    X(UP_NO_PORT, "merlon_upstream_no_port_total", "",                                             \
      "Connections given up because no port of the client's address was free")                     \
    X(UP_RETRIED, "merlon_upstream_retries_total", "", "Requests sent again on a new connection")  \
    X(UP_UNSOLICITED, "merlon_upstream_unsolicited_total", "",                                     \
      "Connections to the application given up for bytes that nobody asked for")                   \
    X(G_UP_IDLE, "merlon_upstream_idle", "", "Idle connections to the application")                \
    X(G_HELD, "merlon_held_bytes", "", "Memory for bodies whose verdict is not in")                \
    X(BYTES_IN, "merlon_bytes_total", "from=\"client\"", "Bytes received")                         \
    X(BYTES_OUT, "merlon_bytes_total", "from=\"app\"", "Bytes received")                           \
    X(BYTES_INSPECTED, "merlon_inspected_bytes_total", "", "Request bytes inspected")              \
    X(PAUSES, "merlon_inspection_pauses_total", "", "Long inspections put off for other clients")  \
    X(TLS_FULL, "merlon_tls_handshakes_total", "result=\"full\"", "TLS handshakes with clients")   \
    X(TLS_RESUMED, "merlon_tls_handshakes_total", "result=\"resumed\"",                            \
      "TLS handshakes with clients")                                                               \
    X(TLS_NOT_TLS, "merlon_tls_handshakes_total", "result=\"not_tls\"",                            \
      "TLS handshakes with clients")                                                               \
    X(TLS_VERSION, "merlon_tls_handshakes_total", "result=\"version\"",                            \
      "TLS handshakes with clients")                                                               \
    X(TLS_CIPHER, "merlon_tls_handshakes_total", "result=\"cipher\"",                              \
      "TLS handshakes with clients")                                                               \
    X(TLS_ALPN, "merlon_tls_handshakes_total", "result=\"alpn\"", "TLS handshakes with clients")   \
    X(TLS_ALERT, "merlon_tls_handshakes_total", "result=\"alert\"", "TLS handshakes with clients") \
    X(TLS_GONE, "merlon_tls_handshakes_total", "result=\"gone\"", "TLS handshakes with clients")   \
    X(TLS_PROTOCOL, "merlon_tls_handshakes_total", "result=\"protocol\"",                          \
      "TLS handshakes with clients")                                                               \
    X(TLS_TIMEOUT, "merlon_tls_handshakes_total", "result=\"timeout\"",                            \
      "TLS handshakes with clients")                                                               \
    X(TLS_CROWDED, "merlon_tls_handshakes_total", "result=\"crowded\"",                            \
      "TLS handshakes with clients")                                                               \
    X(UP_TLS, "merlon_upstream_tls_handshakes_total", "result=\"done\"",                           \
      "TLS handshakes with applications")                                                          \
    X(UP_TLS_RESUMED, "merlon_upstream_tls_handshakes_total", "result=\"resumed\"",                \
      "TLS handshakes with applications")                                                          \
    X(UP_TLS_VERIFY, "merlon_upstream_tls_handshakes_total", "result=\"certificate\"",             \
      "TLS handshakes with applications")                                                          \
    X(UP_TLS_FAILED, "merlon_upstream_tls_handshakes_total", "result=\"failed\"",                  \
      "TLS handshakes with applications")                                                          \
    X(TIMEOUT_HEAD, "merlon_timeouts_total", "what=\"head\"", "Time-outs")                         \
    X(TIMEOUT_BODY, "merlon_timeouts_total", "what=\"body\"", "Time-outs")                         \
    X(TIMEOUT_WRITE, "merlon_timeouts_total", "what=\"write\"", "Time-outs")                       \
    X(TIMEOUT_IDLE, "merlon_timeouts_total", "what=\"idle\"", "Time-outs")                         \
    X(TIMEOUT_CONNECT, "merlon_timeouts_total", "what=\"connect\"", "Time-outs")                   \
    X(TIMEOUT_RESPONSE, "merlon_timeouts_total", "what=\"response\"", "Time-outs")                 \
    X(TIMEOUT_TUNNEL, "merlon_timeouts_total", "what=\"tunnel\"", "Time-outs")                     \
    X(LIMIT_CONNS, "merlon_limits_total", "limit=\"connections\"", "Limits met")                   \
    X(LIMIT_MEMORY, "merlon_limits_total", "limit=\"memory\"", "Limits met")                       \
    X(LIMIT_HELD, "merlon_limits_total", "limit=\"held\"", "Limits met")                           \
    X(LIMIT_HELD_APP, "merlon_limits_total", "limit=\"held_app\"", "Limits met")                   \
    X(LIMIT_HELD_CLIENT, "merlon_limits_total", "limit=\"held_client\"", "Limits met")             \
    X(LIMIT_FDS, "merlon_limits_total", "limit=\"descriptors\"", "Limits met")                     \
    X(POISON, "merlon_limits_total", "limit=\"poison\"", "Limits met")                             \
    X(LATE, "merlon_late_verdicts_total", "", "Verdicts after the request had begun to leave")     \
    X(AUDITS_PUT, "merlon_audits_total", "event=\"committed\"", "Audit records")                   \
    X(AUDITS_DROPPED, "merlon_audits_total", "event=\"dropped\"", "Audit records")                 \
    X(AUDITS_ROLLED, "merlon_audits_total", "event=\"rolled_up\"", "Audit records")                \
    X(SNAPSHOT_SWAPS, "merlon_policy_swaps_total", "", "Policy snapshots taken into use")          \
    X(ACCESS_DROPPED, "merlon_access_lines_dropped_total", "", "Lines of the access log, lost")     \
    X(BYPASSED, "merlon_requests_bypassed_total", "",                                              \
      "Requests while protection was switched off")                                                \
    X(BUGS, "merlon_bugs_total", "", "Conditions that the code excludes, seen")
/* clang-format on */

enum mln_counter {
#define X(sym, name, labels, help) MLN_CNT_##sym,
    MLN_COUNTERS(X)
#undef X
        MLN_CNT_MAX
};

/* How long things take. X(symbol, metric name, help) */
/* clang-format off */
#define MLN_HISTOGRAMS(X)                                                                          \
    X(INSPECTION, "merlon_inspection_seconds", "Time spent inspecting a request")                  \
    X(ADDED, "merlon_added_seconds", "What Merlon added until the head of the answer")             \
    X(APP, "merlon_app_seconds", "From the request's departure to the head of its answer")
/* clang-format on */

enum mln_histogram {
#define X(sym, name, help) MLN_HIST_##sym,
    MLN_HISTOGRAMS(X)
#undef X
        MLN_HIST_MAX
};

enum { MLN_HIST_BOUNDS = 23 };
/* Upper bounds of the buckets in nanoseconds, and as Prometheus writes them in seconds. */
extern const uint64_t mln_hist_bounds[MLN_HIST_BOUNDS];
extern const char *const mln_hist_texts[MLN_HIST_BOUNDS];

struct mln_counters {
    uint64_t c[MLN_CNT_MAX];
    uint64_t detections[MLN_DET_MAX][2]; /* by detector row; [0] alert, [1] prevent and above */
    uint64_t faults[MLN_FAULT_MAX];
    uint64_t limits[MLN_LIMIT_MAX]; /* of the policy: requests that met them */
    struct {
        uint64_t bucket[MLN_HIST_BOUNDS + 1]; /* each for itself; the last has no bound */
        uint64_t sum_ns;
    } hist[MLN_HIST_MAX];
    uint64_t died_of; /* no counter: a print (node/poison.h) of what a worker crashed on */
};

static inline void mln_count_add(struct mln_counters *s, enum mln_counter c, uint64_t n)
{
    __atomic_store_n(&s->c[c], s->c[c] + n, __ATOMIC_RELAXED); /* one writer */
}
/* One more that took so long. */
void mln_count_time(struct mln_counters *s, enum mln_histogram h, uint64_t ns);
static inline void mln_count(struct mln_counters *s, enum mln_counter c)
{
    mln_count_add(s, c, 1);
}

#endif
