/* The datagram that tells systemd about our state (sd_notify(3)), without its library. */
#ifndef MLN_NODE_NOTIFY_H
#define MLN_NODE_NOTIFY_H

/* Does nothing when NOTIFY_SOCKET is not set. */
void mln_notify(const char *state);

#endif
