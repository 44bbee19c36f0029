/* Values: the writer of transcripts, matching, and what a file's words stand for. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include "scenario/names.h"
#include "scenario/sha.h"

#include <stdlib.h>
#include <string.h>

static pier__value *value_of(pier__arena *arena, const char *text) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier__value *value = NULL;
  if (pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL) == 0)
    value = pier__value_decode(arena, pier_buffer_span(&term));
  pier_buffer_free(&term);
  return value;
}

static void assert_printed(const pier__value *value, const char *wanted) {
  pier_buffer out = PIER_BUFFER_INIT;
  assert_non_null(value);
  assert_int_equal(pier__value_print(value, &out), 0);
  pier_buffer_append_byte(&out, 0);
  assert_string_equal((const char *)out.data, wanted);
  pier_buffer_free(&out);
}

#define SIXTY_FOUR "0123456789012345678901234567890123456789012345678901234567890123"

static struct printed {
  const char *name, *text, *printed;
} printed[] = {
    {"integers", "[0, -1, 255, 9223372036854775807]", "[0,-1,255,9223372036854775807]"},
    {"beyond 64 bits", "{123456789012345678901234567890, -9223372036854775809}",
     "{123456789012345678901234567890,-9223372036854775809}"},
    {"floats", "[1.0, -0.5, 1.0e100]", "[1.0,-0.5,1.0e100]"},
    {"atoms", "[a, 'B c', '', 'EXIT', '\\n']", "[a,'B c','','EXIT','\\n']"},
    {"lists are never strings", "\"ab\"", "[97,98]"},
    {"no elements", "[[], {}, #{}, <<>>]", "[[],{},#{},<<>>]"},
    {"an improper list", "[1, 2 | 3]", "[1,2|3]"},
    {"an improper list in a list", "[[a | b], c]", "[[a|b],c]"},
    {"a tail that is a list", "[1 | [2, 3]]", "[1,2,3]"},
    {"a map in the order of its keys", "#{b => 1, a => [x | y]}", "#{a=>[x|y],b=>1}"},
    {"text in a binary", "<<\"hello, world\">>", "<<\"hello, world\">>"},
    {"a quote", "<<\"a\\\"b\">>", "<<97,34,98>>"},
    {"a backslash", "<<\"a\\\\\">>", "<<97,92>>"},
    {"bytes", "<<0, 127, 200>>", "<<0,127,200>>"},
    {"64 bytes", "<<\"" SIXTY_FOUR "\">>", "<<\"" SIXTY_FOUR "\">>"},
    {"65 bytes", "{x, <<\"" SIXTY_FOUR "4\">>}",
     "{x,{blob,65,<<\"52774b57c10e45040a61c14d35c1c8ebefe880082313aa0a21ebb077734cd067\">>}}"},
    {"bits", "<<5:3>>", "<<5:3>>"},
};

static void writes(void **state) {
  const struct printed *row = *state;
  pier__arena arena = {0};
  pier__value *value = value_of(&arena, row->text);
  pier_buffer term = PIER_BUFFER_INIT;
  assert_printed(value, row->printed);
  pier_write_version(&term);
  assert_int_equal(pier__value_encode(value, &term), 0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, NULL), 0);
  assert_printed(pier__value_decode(&arena, pier_buffer_span(&term)), row->printed);
  pier_buffer_free(&term);
  pier__arena_free(&arena);
}

/* p is bound to a port, r to a pid. */
static void bind_names(pier__names *names, pier__arena *arena) {
  pier_port port = {5};
  pier_pid pid = {7};
  pier_buffer term = PIER_BUFFER_INIT;
  memset(names, 0, sizeof *names);
  names->arena = names->scratch = arena;
  names->folder = "/tmp/run.1";
  names->command = "/usr/bin/pier";
  assert_int_equal(pier_port_term(port, &term), 0);
  assert_non_null(pier__names_bind(names, value_of(arena, "p"),
                                   pier__value_decode(arena, pier_buffer_span(&term))));
  pier_buffer_clear(&term);
  assert_int_equal(pier_pid_term(pid, &term), 0);
  assert_non_null(pier__names_bind(names, value_of(arena, "r"),
                                   pier__value_decode(arena, pier_buffer_span(&term))));
  pier_buffer_free(&term);
}

static struct matched {
  const char *name, *pattern, *term;
  int matches;
} matched[] = {
    {"itself", "{a,[1,<<\"x\">>],#{k=>1.5}}", "{a,[1,<<\"x\">>],#{k=>1.5}}", 1},
    {"another atom", "a", "b", 0},
    {"anything", "'_'", "{a,[b]}", 1},
    {"anything inside", "{'_',[1,'_']}", "{{},[1,[2]]}", 1},
    {"too few elements", "{'_'}", "{a,b}", 0},
    {"too many", "{'_','_'}", "{a}", 0},
    {"anything is one element", "['_']", "[]", 0},
    {"a tail", "[a|'_']", "[a|b]", 1},
    {"an integer is no float", "1", "1.0", 0},
    {"a binary is no list", "<<\"a\">>", "\"a\"", 0},
    {"literally", "{lit,'_'}", "'_'", 1},
    {"literally nothing else", "{lit,'_'}", "a", 0},
    {"many bytes", "{rep,3,$x}", "<<\"xxx\">>", 1},
    {"as many bytes", "{rep,3,$x}", "<<\"xxxx\">>", 0},
    {"a name", "{{port,p},'_'}", "{{port,p},closed}", 1},
    {"another kind of name", "{pid,r}", "{port,p}", 0},
    {"a map's value", "#{a=>'_'}", "#{a=>1}", 1},
    {"a map's key", "#{a=>'_'}", "#{b=>1}", 0},
    {"one pair more", "#{a=>1}", "#{a=>1,b=>2}", 0},
};

static void match(void **state) {
  const struct matched *row = *state;
  pier__arena arena = {0};
  const pier__value *unbound;
  pier__names names;
  pier__value *pattern, *term;
  bind_names(&names, &arena);
  pattern = pier__resolve(&names, value_of(&arena, row->pattern), true, &unbound);
  term = pier__resolve(&names, value_of(&arena, row->term), false, &unbound);
  assert_non_null(pattern);
  assert_non_null(term);
  assert_int_equal(pier__value_matches(pattern, term), row->matches);
  pier__arena_free(&arena);
}

static struct normal {
  const char *name, *text, *printed;
} normal[] = {
    {"names", "{{port,p},{pid,r}}", "{{port,p},{pid,r}}"},
    {"a program's number", "[{os_pid,4711},{os_pid,undefined},{os_pid,0}]",
     "[{os_pid,'<pid>'},{os_pid,undefined},{os_pid,0}]"},
    {"a slot", "[{id,0},{id,-1},{memory,40}]", "[{id,'<id>'},{id,-1},{memory,'<memory>'}]"},
    {"sorted names", "{links,[{port,p},{pid,r},{pid,r}]}",
     "{links,[{pid,r},{pid,r},{port,p}]}"},
    {"other lists are not sorted", "{data,[b,a]}", "{data,[b,a]}"},
    {"a path in a binary", "<<\"in /tmp/run.1/x\">>", "<<\"in ${TMP}/x\">>"},
    {"a path in a list", "\"/usr/bin/pier\"", "[36,123,80,82,79,71,125]"},
    {"no path", "<<\"/tmp/run\">>", "<<\"/tmp/run\">>"},
};

static void normalise(void **state) {
  const struct normal *row = *state;
  pier__arena arena = {0};
  const pier__value *unbound;
  pier__names names;
  bind_names(&names, &arena);
  assert_printed(pier__normalise(&names, pier__resolve(&names, value_of(&arena, row->text),
                                                       false, &unbound)),
                 row->printed);
  pier__arena_free(&arena);
}

static void unknown_identifiers(void **state) {
  pier__arena arena = {0};
  pier_buffer term = PIER_BUFFER_INIT;
  pier_port port = {98};
  pier__names names;
  (void)state;
  bind_names(&names, &arena);
  assert_int_equal(pier_port_term(port, &term), 0);
  assert_printed(pier__normalise(&names, pier__value_decode(&arena, pier_buffer_span(&term))),
                 "{unknown,port}");
  pier_buffer_free(&term);
  pier__arena_free(&arena);
}

static void says_what_is_unbound(void **state) {
  pier__arena arena = {0};
  const pier__value *unbound = NULL;
  pier__names names;
  (void)state;
  bind_names(&names, &arena);
  assert_null(pier__resolve(&names, value_of(&arena, "{a,[{ref,m}]}"), true, &unbound));
  assert_non_null(unbound);
  assert_printed(unbound, "m");
  assert_non_null(pier__resolve(&names, value_of(&arena, "{lit,{ref,m}}"), true, &unbound));
  pier__arena_free(&arena);
}

/* What the BEAM computes for {rand,7,40}: crypto:hash(sha256, <<7:64,0:64>>) and the
 * first eight bytes of that of <<7:64,1:64>>. */
static void random_bytes_are_the_same_everywhere(void **state) {
  uint8_t bytes[40], block[16] = {0}, digest[PIER__SHA256_SIZE];
  (void)state;
  pier__random_bytes(7, bytes, sizeof bytes);
  block[7] = 7;
  pier__sha256(pier_span_of(block, sizeof block), digest);
  assert_memory_equal(bytes, digest, 32);
  block[15] = 1;
  pier__sha256(pier_span_of(block, sizeof block), digest);
  assert_memory_equal(bytes + 32, digest, 8);
}

static void hash_of_abc(void **state) {
  static const uint8_t known[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
  uint8_t digest[PIER__SHA256_SIZE];
  (void)state;
  pier__sha256(pier_span_text("abc"), digest);
  assert_memory_equal(digest, known, sizeof known);
}

/* Every allocation fails once: no crash, nothing lost, and at last a result. */
static void without_memory(void **state) {
  size_t fail_at;
  int done = 0;
  (void)state;
  for (fail_at = 1; !done; fail_at++) {
    pier__arena arena = {0};
    pier_buffer out = PIER_BUFFER_INIT;
    const pier__value *unbound;
    pier__names names;
    pier__value *value;
    memory_begin(fail_at);
    memset(&names, 0, sizeof names);
    names.arena = names.scratch = &arena;
    value = value_of(&arena, "{a,[1,{rep,70,0}|x],#{k=>\"list\"},123456789012345678901}");
    if (value) value = pier__resolve(&names, value, true, &unbound);
    if (value) value = pier__normalise(&names, value);
    done = value && pier__value_print(value, &out) == 0 && memory_counted.calls < fail_at;
    pier_buffer_free(&out);
    pier__arena_free(&arena);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  }
  assert_true(fail_at > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unknown_identifiers),
      cmocka_unit_test(says_what_is_unbound),
      cmocka_unit_test(random_bytes_are_the_same_everywhere),
      cmocka_unit_test(hash_of_abc),
      cmocka_unit_test(without_memory),
  };
  int failed = RUN_ROWS(printed, writes);
  failed += RUN_ROWS(matched, match);
  failed += RUN_ROWS(normal, normalise);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
