#!/usr/bin/env escript
%% Terms of every kind, the same ones for the same seed.
%%   terms.escript write COUNT SEED FOLDER
%%     Writes frames ({packet,4}) into FOLDER: old and new are COUNT terms that have
%%     a text, with the atoms of OTP 25 and of OTP 26; old_other and new_other are
%%     terms that have none.
%%   terms.escript compare FRAMES TEXT...
%%     Are the terms that file:consult/1 finds in each TEXT those in FRAMES?
-mode(compile).

main(["write", Count, Seed, Folder]) ->
    rand:seed(exsss, list_to_integer(Seed)),
    put(atoms, list_to_tuple(atoms())),
    Number = list_to_integer(Count),
    write(Folder, "", edges() ++ [term(6) || _ <- lists:seq(1, Number)]),
    write(Folder, "_other", [other(I) || I <- lists:seq(1, 50 + Number div 20)]);
main(["compare", Frames, Text | Texts]) ->
    {ok, Bytes} = file:read_file(Frames),
    Terms = [binary_to_term(B) || <<Size:32, B:Size/binary>> <= Bytes],
    Verdict = case file:consult(Text) of
        {ok, Terms} -> io_lib:format("~b equal", [length(Terms)]);
        {ok, Others} -> differs(Terms, Others);
        {error, Reason} -> file:format_error(Reason)
    end,
    io:format("~ts~n", [Verdict]),
    [main(["compare", Frames | Texts]) || Texts =/= []].

differs([T | Terms], [T | Others]) -> differs(Terms, Others);
differs([T | _], [O | _]) -> io_lib:format("~0tp became ~0tp", [T, O]);
differs(Terms, Others) -> io_lib:format("~b terms missing, ~b too many", [length(Terms), length(Others)]).

write(Folder, Suffix, Terms) ->
    [check_default(T) || T <- Terms],
    [ok = file:write_file(filename:join(Folder, Name ++ Suffix), [frame(T, Minor) || T <- Terms])
     || {Name, Minor} <- [{"old", 1}, {"new", 2}]].

frame(T, Minor) ->
    B = term_to_binary(T, [deterministic, {minor_version, Minor}]),
    <<(byte_size(B)):32, B/binary>>.

%% What is called old is what term_to_binary/1 gives, but for the order of big maps.
check_default(T) ->
    Default = term_to_binary(T),
    Old = term_to_binary(T, [deterministic, {minor_version, 1}]),
    New = term_to_binary(T, [deterministic, {minor_version, 2}]),
    true = has_big_map(T) orelse Default =:= Old orelse Default =:= New.

has_big_map([H | T]) -> has_big_map(H) orelse has_big_map(T);
has_big_map(T) when is_tuple(T) -> has_big_map(tuple_to_list(T));
has_big_map(M) when is_map(M) -> map_size(M) > 32 orelse has_big_map(maps:to_list(M));
has_big_map(F) when is_function(F) ->
    erlang:fun_info(F, type) =:= {type, local} andalso has_big_map(element(2, erlang:fun_info(F, env)));
has_big_map(_) -> false.

%% ---- Edges, each once -------------------------------------------------------

edges() ->
    Powers = [1 bsl I || I <- lists:seq(0, 130) ++ [2039, 2040, 2041, 8000]],
    Ints = [S * (P + D) || P <- Powers, D <- [-1, 0, 1], S <- [1, -1]],
    Floats = [0.0, -0.0, 1.0, 0.1, 1.0e-5, 1.0e5, 9007199254740991.0, 9007199254740992.0, 1.0e22,
              1.0e23, of_bits(<<1:64>>), of_bits(<<1:1, 1:63>>), of_bits(<<0:12, -1:52>>),
              of_bits(<<1:12, 0:52>>), of_bits(<<16#7fefffffffffffff:64>>)],
    Sizes = [0, 1, 2, 254, 255, 256, 257, 65534, 65535, 65536],
    Ints ++ Floats ++ tuple_to_list(get(atoms)) ++
        [list_to_tuple(lists:duplicate(N, a)) || N <- [0, 1, 254, 255, 256, 257]] ++
        [lists:duplicate(N, $x) || N <- Sizes] ++ [lists:duplicate(N, 256) || N <- [1, 2, 300]] ++
        [binary:copy(<<200>>, N) || N <- Sizes] ++ [<<0:N>> || N <- lists:seq(0, 40)] ++
        [maps:from_list([{I, I} || I <- lists:seq(1, N)]) || N <- [0, 1, 31, 32, 33, 34, 200]] ++
        [nest(Kind, 500, []) || Kind <- [tuple, list, map, tail]] ++
        [[lists:seq(0, 255)], [lists:seq(1, 255) | x], [1, 2 | <<>>], [[] | []], [[[]], []],
         #{1 => a, 1.0 => b}, #{[] => {}, {} => [], #{} => #{}}, fun lists:map/2, fun a:'B c'/0].

nest(_, 0, T) -> T;
nest(tuple, N, T) -> nest(tuple, N - 1, {T});
nest(list, N, T) -> nest(list, N - 1, [T]);
nest(map, N, T) -> nest(map, N - 1, #{T => N});
nest(tail, N, T) -> nest(tail, N - 1, [N * 1000 | {T}]).

of_bits(<<F/float>>) -> F.

%% ---- Terms by chance --------------------------------------------------------

below(N) -> rand:uniform(N) - 1.
one_of(List) -> lists:nth(rand:uniform(length(List)), List).
some(Most, Make) -> [Make() || _ <- lists:seq(1, below(Most + 1))].

term(0) -> leaf(below(9));
term(Depth) ->
    case below(16) of
        N when N < 9 -> leaf(N);
        9 -> list_to_tuple(parts(Depth));
        10 -> parts(Depth);
        11 -> maps:from_list([{term(Depth div 2), term(Depth - 1)} || _ <- lists:seq(1, below(5))]);
        12 -> parts(Depth) ++ leaf(below(9));
        13 -> {one_of([ok, error, call]), term(Depth - 1)};
        14 -> #{atom() => term(Depth - 1), text() => term(Depth - 1)};
        15 -> rare(below(60), Depth)
    end.

parts(Depth) -> some(4, fun() -> term(Depth - 1) end).

rare(0, _) -> maps:from_list([{leaf(below(9)), I} || I <- lists:seq(1, 20 + below(60))]);
rare(1, _) -> list_to_tuple([leaf(below(9)) || _ <- lists:seq(1, 200 + below(100))]);
rare(2, _) -> nest(one_of([tuple, list, map, tail]), below(100), leaf(below(9)));
rare(3, _) -> some(2000, fun() -> below(256) end);
rare(4, _) -> rand:bytes(below(3000));
rare(_, Depth) -> [term(Depth - 1)].

leaf(0) -> below(256);
leaf(1) -> (1 - 2 * below(2)) * below(1 bsl (1 + below(100)));
leaf(2) -> real();
leaf(3) -> atom();
leaf(4) -> rand:bytes(below(30));
leaf(5) -> text();
leaf(6) -> Bits = below(80), <<(below(1 bsl 80)):Bits>>;
leaf(7) -> some(12, fun() -> one_of([32 + below(95), 160 + below(96), below(256)]) end);
leaf(8) -> some(6, fun() -> one_of([$a + below(26), $a, 8364, below(16#d800), below(1000)]) end).

%% Every pattern of bits that is a number; every other one is near an edge.
real() ->
    Exponent = one_of([below(2047), below(2), 1023 + below(60), 2046]),
    of_bits(<<(below(2)):1, Exponent:11, (below(1 bsl 52)):52>>).

atom() ->
    Atoms = get(atoms),
    element(rand:uniform(tuple_size(Atoms)), Atoms).

text() -> unicode:characters_to_binary(some(12, fun character/0)).
character() -> one_of([$a + below(26), 32 + below(95), below(32), 160 + below(96), 256 + below(50000),
                       16#10000 + below(16#100000)]).

%% A pool: the BEAM never forgets one.
atoms() ->
    Words = ['', a, ok, 'Ok', 'after', 'and', 'fun', 'when', 'xor', 'maybe', 'else', '_', 'a@b_1', '1a',
             true, false, null, undefined, '$atom', '\'', '\\', '"', ' ', '\n', '\d', '\200', '\377',
             '.', 'a.b', 'é', 'É', 'ß', '÷', 'aé', 'a÷', '€', 'a€', '日本', '\x{1F600}', '\x{0}', 'a\x{0}b'],
    Long = [lists:duplicate(N, C) || N <- [127, 128, 254, 255], C <- [$a, $A, 233, 8364, 16#1F600]],
    Made = [some(10, fun character/0) || _ <- lists:seq(1, 2000)],
    lists:usort(Words ++ [list_to_atom([C || C <- S, C < 16#d800 orelse C > 16#dfff]) || S <- Long ++ Made]).

%% ---- Terms without a text ---------------------------------------------------

other(I) when I rem 2 =:= 0 -> identifier(below(5));
other(_) -> {term(2), #{identifier(below(5)) => [identifier(below(5)) | term(2)]}}.

identifier(0) -> external(<<88, (node_name())/binary, (number()):32, (below(1000)):32, (below(9)):32>>);
identifier(1) -> external(<<89, (node_name())/binary, (below(1 bsl 28)):32, (below(9)):32>>);
identifier(2) ->
    Words = << <<(number()):32>> || _ <- lists:seq(1, 3) >>,
    external(<<90, 3:16, (node_name())/binary, (below(9)):32, Words/binary>>);
identifier(3) ->
    {One, Two} = {term(2), term(1)},
    one_of([fun() -> One end, fun(X) -> {X, One, Two} end, self(), make_ref(), hd(erlang:ports())]);
identifier(4) -> external(<<113, (node_name())/binary, 119, 2, "é"/utf8, 97, 2>>).

external(Bytes) -> binary_to_term(<<131, Bytes/binary>>).
number() -> below(1 bsl 15).
node_name() ->
    Name = unicode:characters_to_binary(one_of(["a@b", "é@hôte", "節@点", "nonode@nohost"])),
    <<119, (byte_size(Name)), Name/binary>>.
