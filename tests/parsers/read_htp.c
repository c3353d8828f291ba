/* libhtp, the parser of an intrusion detection system, which reads what servers might. */
#include <htp/htp.h>

#include "seen.h"

const bool seen_joins_fields = true;

static struct mln_sv sv_of(bstr *b) /* its macro drops a const */
{
    return b ? mln_sv((const char *)bstr_ptr(b), bstr_len(b)) : (struct mln_sv){0};
}

static int on_body(htp_tx_data_t *d)
{
    struct seen *s = htp_tx_get_user_data(d->tx);

    if (s && d->data)
        mln_buf_add(&s->body, (const char *)d->data, d->len);
    return HTP_OK;
}

static int on_start(htp_tx_t *tx)
{
    struct seen *s = htp_connp_get_user_data(tx->connp);

    seen_clear(s);
    htp_tx_set_user_data(tx, s);
    return HTP_OK;
}

static int on_end(htp_tx_t *tx)
{
    ((struct seen *)htp_connp_get_user_data(tx->connp))->messages++;
    return HTP_OK;
}

static void take_head(const htp_tx_t *tx, bool is_response, struct seen *s)
{
    const htp_table_t *fields = is_response ? tx->response_headers : tx->request_headers;

    s->status = tx->response_status_number;
    mln_buf_add_sv(&s->method, sv_of(tx->request_method));
    mln_buf_add_sv(&s->target, sv_of(tx->request_uri));
    for (size_t i = 0; i < htp_table_size(fields); i++) {
        const htp_header_t *h = htp_table_get_index(fields, i, NULL);
        assert_true(s->n < FIELDS_MAX);
        mln_buf_add_sv(&s->name[s->n], sv_of(h->name));
        mln_buf_add_sv(&s->value[s->n++], sv_of(h->value));
    }
}

/* It pairs answers with requests. */
static void ask_twice(htp_connp_t *connp)
{
    static const char asked[] =
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";

    assert_int_not_equal(htp_connp_req_data(connp, NULL, asked, sizeof(asked) - 1),
                         HTP_STREAM_ERROR);
}

void read_twice(struct mln_sv written, bool is_response, struct seen *s)
{
    htp_cfg_t *cfg = htp_config_create();
    htp_connp_t *connp;

    (void)htp_config_set_server_personality(cfg, HTP_SERVER_GENERIC);
    if (is_response) {
        htp_config_register_response_start(cfg, on_start);
        htp_config_register_response_body_data(cfg, on_body);
        htp_config_register_response_complete(cfg, on_end);
    } else {
        htp_config_register_request_start(cfg, on_start);
        htp_config_register_request_body_data(cfg, on_body);
        htp_config_register_request_complete(cfg, on_end);
    }
    connp = htp_connp_create(cfg);
    assert_non_null(connp);
    htp_connp_set_user_data(connp, s);
    htp_connp_open(connp, "192.0.2.1", 40000, "192.0.2.2", 80, NULL);
    if (is_response)
        ask_twice(connp);
    for (int i = 0; i < 2; i++) {
        int r = is_response ? htp_connp_res_data(connp, NULL, written.p, written.len)
                            : htp_connp_req_data(connp, NULL, written.p, written.len);
        if (r == HTP_STREAM_ERROR || r == HTP_STREAM_STOP)
            fail_msg("refused\n%.*s", MLN_SV_ARG(written));
    }
    const htp_list_t *all = htp_connp_get_connection(connp)->transactions;
    if (s->messages != 2 || htp_list_size(all) != 2)
        fail_msg("read as %u messages instead of 2\n%.*s", s->messages, MLN_SV_ARG(written));
    take_head(htp_list_get(all, 1), is_response, s);
    htp_connp_destroy_all(connp);
    htp_config_destroy(cfg);
}
