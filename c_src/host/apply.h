/*
 * Functions by name. One table (apply.c) of those that the host has; each takes
 * its arguments as terms and calls what C callers call.
 */
#ifndef PIER_HOST_APPLY_H
#define PIER_HOST_APPLY_H

#include "host/host.h"
#include "port/shape.h"

enum { PIER__ARGUMENTS = 3 };

struct pier__call {
  pier_process *caller;
  pier_host *host;
  pier__view argument[PIER__ARGUMENTS];
  pier_span term[PIER__ARGUMENTS]; /* the same, bare */
  unsigned count;
  pier_buffer *out; /* the value goes here, after its version byte */
  pier_diag *diag;
};

/* 0 with the value written, or nothing written, which stands for true; 1 if the
 * caller is suspended, with the value that it will get; or an error, which
 * apply.c turns into an exception. */
typedef int pier__function(struct pier__call *call);

/* The port that argument `index` is or names: PIER_EBADARG if it does neither. */
int pier__apply_port(const struct pier__call *call, unsigned index, pier_port *port);
/* The text of an atom, NUL ended; PIER_EBADARG. */
int pier__apply_name(const pier__view *view, pier_buffer *text);
/* What an atom is the name of; nobody if of nothing. PIER_EBADARG for no atom. */
int pier__apply_whereis(const pier_host *host, const pier__view *atom, pier_object *object);
/* 1 for {Name,Node}, with *local set if that is this node. */
int pier__apply_at_node(const pier__view *view, pier__view *name, int *local);

/* apply_port.c */
pier__function pier__apply_open_port, pier__apply_port_command, pier__apply_port_close,
    pier__apply_port_connect, pier__apply_port_control, pier__apply_port_call,
    pier__apply_port_set_data, pier__apply_port_get_data;
/* apply_send.c */
pier__function pier__apply_send, pier__apply_send_nosuspend;
/* apply_bonds.c */
pier__function pier__apply_link, pier__apply_unlink, pier__apply_monitor, pier__apply_demonitor,
    pier__apply_exit;
/* apply_identity.c */
pier__function pier__apply_register, pier__apply_unregister, pier__apply_whereis_1,
    pier__apply_registered, pier__apply_self, pier__apply_node, pier__apply_processes,
    pier__apply_ports, pier__apply_make_ref, pier__apply_is_port, pier__apply_port_to_list,
    pier__apply_list_to_port, pier__apply_pid_to_list, pier__apply_binary_to_term,
    pier__apply_is_process_alive, pier__apply_process_flag;
/* apply_info.c */
pier__function pier__apply_port_info, pier__apply_process_info;

#endif
