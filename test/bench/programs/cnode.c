/*
 * cnode - an echo as a C node: {From, Binary} -> {Self, {data, Binary}}, by ei.
 *
 *   cnode NODE HOST PORT COOKIE
 *
 * connects to the BEAM that listens on PORT (no epmd in between) as cnode@NODE and says
 * {cnode, Self} to the process registered as `bench` there.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ei.h>

static ei_cnode node;
static char owner[] = "bench";

static int connect_to(char **argv) {
  struct in_addr address;
  const struct hostent *host = gethostbyname(argv[2]);
  char full[MAXNODELEN + 1];
  if (!host) return -1;
  memcpy(&address, host->h_addr_list[0], sizeof address);
  snprintf(full, sizeof full, "cnode@%s", argv[1]);
  if (ei_init() != 0 ||
      ei_connect_xinit(&node, argv[1], "cnode", full, &address, argv[4], 1) < 0)
    return -1;
  return ei_connect_host_port(&node, argv[2], atoi(argv[3]));
}

static int say_hello(int fd) {
  ei_x_buff out;
  int status;
  if (ei_x_new_with_version(&out) != 0) return -1;
  ei_x_encode_tuple_header(&out, 2);
  ei_x_encode_atom(&out, "cnode");
  ei_x_encode_pid(&out, ei_self(&node));
  status = ei_reg_send(&node, fd, owner, out.buff, out.index);
  ei_x_free(&out);
  return status;
}

/* The binary is copied from the one buffer to the other as it was encoded. */
static int answer(int fd, const ei_x_buff *in, ei_x_buff *out) {
  int index = 0, version, arity, from;
  erlang_pid pid;
  if (ei_decode_version(in->buff, &index, &version) != 0 ||
      ei_decode_tuple_header(in->buff, &index, &arity) != 0 || arity != 2 ||
      ei_decode_pid(in->buff, &index, &pid) != 0)
    return -1;
  from = index;
  if (ei_skip_term(in->buff, &index) != 0) return -1;
  out->index = 0;
  ei_x_encode_version(out);
  ei_x_encode_tuple_header(out, 2);
  ei_x_encode_pid(out, ei_self(&node));
  ei_x_encode_tuple_header(out, 2);
  ei_x_encode_atom(out, "data");
  ei_x_append_buf(out, in->buff + from, index - from);
  return ei_send(fd, &pid, out->buff, out->index);
}

int main(int argc, char **argv) {
  erlang_msg message;
  ei_x_buff in, out;
  int fd = argc == 5 ? connect_to(argv) : -1, got;
  if (fd < 0 || say_hello(fd) < 0) {
    fprintf(stderr, "cnode: no connection\n");
    return 1;
  }
  if (ei_x_new(&in) != 0 || ei_x_new(&out) != 0) return 1;
  do {
    in.index = 0;
    got = ei_xreceive_msg(fd, &message, &in);
    if (got == ERL_MSG && answer(fd, &in, &out) < 0) return 1;
  } while (got != ERL_ERROR);
  return 0;
}
