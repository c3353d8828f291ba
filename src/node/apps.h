/* What the courier knows of the containers: texts from the scout, states from the warden. It fills
 * the workload of audits and answers `merlon apps` and `merlon status`. One thread. */
#ifndef MLN_NODE_APPS_H
#define MLN_NODE_APPS_H

#include "audit/record.h"
#include "node/wire.h"
#include "runtime/meta.h"

struct mln_apps;

struct mln_apps *mln_apps_new(void);
struct mln_apps *mln_apps_free(struct mln_apps *a);

/* One datagram of the scout. 0 or -EBADMSG, -ENOMEM. */
int mln_apps_take(struct mln_apps *a, struct mln_sv datagram) MLN_WARN_UNUSED;
/* MLN_WIRE_PORT_STATE. Values out of range are ignored. */
void mln_apps_port(struct mln_apps *a, const struct mln_wire *m);
/* MLN_WIRE_NOTES, likewise. */
void mln_apps_notes(struct mln_apps *a, const struct mln_wire *m);

/* MLN_WIRE_HOOKS. Values out of range are ignored. */
void mln_apps_hooks(struct mln_apps *a, const struct mln_wire *m);

/* MLN_WIRE_BYPASS: protection of the rule of that key and name ("": of all) is off until then. */
void mln_apps_bypass(struct mln_apps *a, uint64_t key, mln_nsec until, struct mln_sv name);
void mln_apps_bypass_metrics(const struct mln_apps *a, struct mln_buf *out);

/* Fills the texts of r->workload by its slot; they stay valid until the next call of this file.
 * What was in the slot last stays known after its end: audits come a little later. */
void mln_apps_fill(struct mln_apps *a, struct mln_audit_record *r);

/* {"apps":[…]}: a container each, in the order of their slots. */
void mln_apps_json(const struct mln_apps *a, struct mln_buf *out);
/* Members of an object: "runtimes":[…],"synced":…,"containers":{…},"bypass":[…],
 * "starts":{…}. */
void mln_apps_status_json(const struct mln_apps *a, struct mln_buf *out);
/* As Prometheus text; nothing of it was chosen by a tenant. */
void mln_apps_metrics(const struct mln_apps *a, struct mln_buf *out);

#endif
