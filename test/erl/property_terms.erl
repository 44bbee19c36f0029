%% Terms of every kind, at random but the same in every run: what property_check
%% compares and record_pretty.escript records. Uses rand's state of the calling
%% process, see seed/1.
-module(property_terms).

-export([seed/1, term/1, pick/1, one_in/1, encode/1, mutate/1]).

seed(N) -> rand:seed(exsss, {N, 271828, 314159}).

pick(List) -> lists:nth(rand:uniform(length(List)), List).
one_in(N) -> rand:uniform(N) =:= 1.
below(N) -> rand:uniform(N) - 1.
some(Max, Make) -> [Make() || _ <- lists:seq(1, below(Max + 1))].

%% A term nested at most so deep; maps have at most 32 pairs (the order of more
%% is the BEAM's own business).
term(0) -> leaf();
term(Depth) ->
    case below(10) of
        0 -> leaf();
        1 -> leaf();
        N when N < 5 -> tuple(Depth - 1);
        N when N < 8 -> list(Depth - 1);
        _ -> map(Depth - 1)
    end.

parts(Depth) ->
    Max = case below(12) of 0 -> 40; N when N < 4 -> 9; _ -> 4 end,
    some(Max, fun() -> term(below(Depth + 1)) end).

tuple(Depth) ->
    Parts = parts(Depth),
    list_to_tuple(case one_in(3) of true -> Parts; false -> [atom() | Parts] end).

list(Depth) ->
    Parts = parts(Depth),
    case Parts =/= [] andalso one_in(6) of
        true -> Parts ++ term(below(Depth + 1));
        false -> Parts
    end.

map(Depth) ->
    maps:from_list([{Key, term(below(Depth + 1))} || Key <- lists:sublist(parts(Depth), 32)]).

leaf() ->
    case below(13) of
        N when N < 3 -> integer();
        N when N < 6 -> atom();
        6 -> float();
        7 -> text();
        8 -> unicode:characters_to_binary(text());
        9 -> << <<C>> || C <- text(), C < 256 >>;
        10 -> bits();
        11 -> pick([[], {}, <<>>, #{}, "", [[]], {{}}, [[]|[]]]);
        12 -> special()
    end.

integer() ->
    case below(4) of
        0 -> below(256);
        1 -> below(4096) - 2048;
        2 -> sign() * ((1 bsl below(70)) + below(3) - 1);
        3 -> sign() * below(1 bsl pick([20, 40, 64, 80, 300]))
    end.

sign() -> pick([1, -1]).

float() ->
    case below(4) of
        0 -> below(2000) / 8 - 100;
        1 -> sign() * pick([0.0, 1.0, 0.1, 1.0e5, 1.0e-5, 9007199254740992.0, 1.0e22, 1.0e23]);
        2 -> math:pow(10.0, below(600) - 300);
        3 -> any_float()
    end.

any_float() ->
    case <<(below(1 bsl 64)):64>> of
        <<F/float>> -> F;
        _ -> any_float()
    end.

atom() ->
    case below(3) of
        0 -> pick([a, ok, error, x, undefined, 'end', '', true, gen_server, a_rather_long_name_of_something]);
        1 -> list_to_atom(lists:sublist(text(), 20));
        2 -> list_to_atom([$a + below(26) | some(12, fun() -> $a + below(26) end)])
    end.

text() ->
    Alphabet = pick(["abc xyz", "abc XYZ\n\t\"'\\", [$a, 229, 246, 255, 160], [$a, 955, 8364, 128512],
                     lists:seq(0, 255), [0, 127, 128, 159, 27, 8]]),
    some(pick([3, 12, 60, 200]), fun() -> pick(Alphabet) end).

bits() ->
    Size = below(pick([9, 40, 400])),
    <<(below(1 bsl Size)):Size>>.

special() ->
    case below(5) of
        0 -> fun lists:map/2;
        1 -> list_to_pid("<0." ++ integer_to_list(below(1000)) ++ ".0>");
        2 -> list_to_ref("#Ref<0." ++ integer_to_list(below(1000)) ++ ".1.9>");
        3 -> list_to_port("#Port<0." ++ integer_to_list(below(100)) ++ ">");
        4 -> fun 'a b':'C'/0
    end.

%% ---- Other bytes for the same term --------------------------------------

encode(Term) -> iolist_to_binary([131, bare(Term)]).

bare(T) when is_integer(T) -> pick(integers(T));
bare(T) when is_float(T) -> <<70, T/float>>;
bare(T) when is_atom(T) -> encode_atom(T);
bare([]) -> pick([<<106>>, <<107, 0:16>>, <<108, 0:32, 106>>]);
bare(T) when is_list(T) -> encode_list(T);
bare(T) when is_tuple(T) ->
    Head = pick([<<105, (tuple_size(T)):32>> | [<<104, (tuple_size(T))>> || tuple_size(T) < 256]]),
    [Head | [bare(E) || E <- tuple_to_list(T)]];
bare(T) when is_map(T) ->
    Pairs = [P || {_, P} <- lists:sort([{below(1000), P} || P <- maps:to_list(T)])],
    [<<116, (map_size(T)):32>> | [[bare(K), bare(V)] || {K, V} <- Pairs]];
bare(T) when is_bitstring(T), bit_size(T) > 0 ->
    Spare = -bit_size(T) band 7,
    Padded = <<T/bitstring, (below(1 bsl Spare)):Spare>>,
    pick([<<77, (byte_size(Padded)):32, (8 - Spare), Padded/binary>>
          | [<<109, (byte_size(T)):32, T/binary>> || Spare =:= 0]]);
bare(T) ->
    <<131, Bare/binary>> = term_to_binary(T, [{minor_version, pick([1, 2])}]),
    Bare.

integers(T) ->
    Digits = binary:encode_unsigned(abs(T), little),
    Sign = case T < 0 of true -> 1; false -> 0 end,
    Padded = <<Digits/binary, 0:(8 * below(3))>>,
    [<<97, T>> || T >= 0, T < 256] ++
        [<<98, T:32>> || T >= -(1 bsl 31), T < 1 bsl 31] ++
        [<<110, (byte_size(Padded)), Sign, Padded/binary>>,
         <<111, (byte_size(Padded)):32, Sign, Padded/binary>>].

encode_atom(T) ->
    Name = atom_to_list(T),
    Utf8 = atom_to_binary(T, utf8),
    Size = byte_size(Utf8),
    Latin1 = case lists:all(fun(C) -> C < 256 end, Name) of
                 true -> [<<100, (length(Name)):16, (list_to_binary(Name))/binary>>,
                          <<115, (length(Name)), (list_to_binary(Name))/binary>>];
                 false -> []
             end,
    pick([<<118, Size:16, Utf8/binary>> | Latin1] ++ [<<119, Size, Utf8/binary>> || Size < 256]).

%% In one piece or in several, each the tail of the one before; a string where
%% it may be one.
encode_list(T) ->
    {Front, Tail} = split(T, rand:uniform(20)),
    Bytes = Tail =:= [] andalso lists:all(fun(E) -> is_integer(E) andalso E >= 0 andalso E < 256 end, Front),
    case Bytes andalso one_in(2) of
        true -> <<107, (length(Front)):16, (list_to_binary(Front))/binary>>;
        false -> [<<108, (length(Front)):32>>, [bare(E) || E <- Front], bare(Tail)]
    end.

split([H | T], N) when N > 0 ->
    {Front, Tail} = split(T, N - 1),
    {[H | Front], Tail};
split(T, _) -> {[], T}.

%% ---- Other texts ---------------------------------------------------------

%% The text with a few characters changed, mostly to what the grammar knows.
mutate(Text) -> lists:foldl(fun(_, T) -> mutate_one(T) end, Text, lists:seq(1, rand:uniform(3))).

mutate_one(Text) ->
    {Before, After} = lists:split(below(length(Text) + 1), Text),
    New = pick(["", "", ",", "|", "[", "]", "{", "}", "#{", "=>", "<<", ">>", "(", ")", "\"", "'", "$", "$a", "\\",
                "%x\n", " ", "-", "+", "1", "0", "16#", "_", "e", ".5", "/", ":", "utf8", "/utf8", ":3", "/float", "/bits",
                "fun ", "\\x{3a9}", "\\^A", "\\77", "\x{e5}", "\x{20ac}", "div", "A", "\n"]),
    Rest = case After =/= [] andalso one_in(2) of true -> tl(After); false -> After end,
    Before ++ New ++ Rest.
