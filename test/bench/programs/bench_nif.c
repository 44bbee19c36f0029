/*
 * bench_nif - the sum of two numbers as a NIF of bench_beam, beside bench_drv.
 */
#include <erl_nif.h>

static ERL_NIF_TERM add(ErlNifEnv *env, int argc, const ERL_NIF_TERM *argv) {
  unsigned a, b;
  (void)argc;
  if (!enif_get_uint(env, argv[0], &a) || !enif_get_uint(env, argv[1], &b))
    return enif_make_badarg(env);
  return enif_make_uint(env, a + b);
}

static ErlNifFunc functions[] = {{"add", 2, add, 0}};

ERL_NIF_INIT(bench_beam, functions, NULL, NULL, NULL, NULL)
