%% Properties of pier's terms against the BEAM itself: run/2 asks a port program
%% (property_peer.c) about terms from property_terms and prints TAP. The terms
%% are the same in every run; PIER_PROPERTY_SEED makes others.
-module(property_check).

-export([run/2]).

-define(NORMAL, [deterministic, {minor_version, 2}]).

run(Program, Count) ->
    property_terms:seed(list_to_integer(os:getenv("PIER_PROPERTY_SEED", "1"))),
    Port = open_port({spawn_executable, Program}, [binary, exit_status, {packet, 4}]),
    Properties = [{"the normal form is the BEAM's", fun normal/1},
                  {"any encoding has the BEAM's normal form", fun encoded/1},
                  {"maps with equal keys are refused", fun keys/1},
                  {"texts are those of io_lib", fun printed/1},
                  {"pretty texts are those of io_lib_pretty", fun pretty/1},
                  {"printed terms are read back", fun read_back/1},
                  {"texts are read as erl_scan and erl_parse do", fun mutated/1},
                  {"the order is Erlang's", fun order/1}],
    io:format("1..~b~n", [length(Properties)]),
    Held = lists:all(fun({Name, Property}) -> holds(Name, Property, Port, Count) end, Properties),
    halt(case Held of true -> 0; false -> 1 end).

holds(Name, Property, Port, Count) -> holds(Name, Property, Port, Count, Count).

holds(Name, _, _, 0, Count) ->
    io:format("ok - ~s (~b times)~n", [Name, Count]),
    true;
holds(Name, Property, Port, N, Count) ->
    case Property(Port) of
        ok ->
            holds(Name, Property, Port, N - 1, Count);
        {differs, What, Ours, Theirs} ->
            io:format("not ok - ~s~n# of~n# ~0p~n# pier has~n# ~0p~n# the BEAM has~n# ~0p~n",
                      [Name, What, Ours, Theirs]),
            false
    end.

ask(Port, Request) ->
    port_command(Port, term_to_binary(Request)),
    receive
        {Port, {data, Answer}} -> binary_to_term(Answer);
        {Port, {exit_status, Status}} -> {gone, Status}
    after 60000 -> timeout
    end.

same(_, Same, Same) -> ok;
same(What, Ours, Theirs) -> {differs, What, Ours, Theirs}.

term() -> property_terms:term(rand:uniform(5)).

%% As any sender may write it.
sent(Term) ->
    term_to_binary(Term, property_terms:pick([[], [{minor_version, 2}], [compressed], ?NORMAL])).

normal(Port) ->
    Term = term(),
    same(Term, ask(Port, {normal, sent(Term)}), {ok, term_to_binary(Term, ?NORMAL)}).

encoded(Port) ->
    Term = term(),
    Bytes = property_terms:encode(Term),
    Term = binary_to_term(Bytes),
    same({Term, Bytes}, ask(Port, {normal, Bytes}), {ok, term_to_binary(Term, ?NORMAL)}).

%% Keys that are alike, some of them equal, each in bytes of its own.
keys(Port) ->
    Key = property_terms:term(rand:uniform(3)),
    Keys = [property_terms:pick([Key, alike(Key), alike(Key), term()]) || _ <- lists:seq(1, 1 + rand:uniform(12))],
    Pairs = [[bare(K), 106] || K <- Keys],
    Bytes = iolist_to_binary([131, 104, 1, 116, <<(length(Keys)):32>>, Pairs]),
    Theirs = try {ok, term_to_binary(binary_to_term(Bytes), ?NORMAL)}
             catch error:badarg -> refused
             end,
    same({Keys, Bytes}, verdict(ask(Port, {normal, Bytes})), Theirs).

bare(Term) ->
    <<131, Bare/binary>> = property_terms:encode(Term),
    Bare.

text(Format, Arguments) -> unicode:characters_to_binary(io_lib:format(Format, Arguments)).

printed(Port) ->
    Term = term(),
    {Style, Format} = property_terms:pick([{0, "~w"}, {1, "~tw"}, {2, "~0tp"}]),
    same({Format, Term}, ask(Port, {print, sent(Term), Style, 0}), {ok, text(Format, [Term])}).

pretty(Port) ->
    Term = term(),
    Width = property_terms:pick([20, 40, 80, 132, 1 + rand:uniform(200)]),
    same({Width, Term}, ask(Port, {print, sent(Term), 3, Width}), {ok, text("~*tp", [Width, Term])}).

readable(Text) -> re:run(Text, "<0\\.|#Ref|#Port|#Fun", [{capture, none}]) =:= nomatch.

read_back(Port) ->
    Term = term(),
    {Format, Arguments} = property_terms:pick([{"~w", [Term]}, {"~tw", [Term]}, {"~tp", [Term]},
                                               {"~*tp", [1 + rand:uniform(60), Term]}]),
    Text = text(Format, Arguments),
    case readable(Text) of
        true -> same(Text, ask(Port, {read, Text}), {ok, term_to_binary(Term, ?NORMAL)});
        false -> ok
    end.

%% A text with faults: both refuse it or both read the same.
mutated(Port) ->
    Printed = text(property_terms:pick(["~w", "~tw", "~tp"]), [property_terms:term(rand:uniform(3))]),
    Text = property_terms:mutate(unicode:characters_to_list(Printed)),
    case is_fair(Text) of
        true ->
            Bytes = unicode:characters_to_binary(Text),
            same(Text, verdict(ask(Port, {read, Bytes})), verdict(read(Text)));
        false -> ok
    end.

%% Not a full stop inside, and no binaries that would fill the memory.
is_fair(Text) ->
    re:run(Text, "\\.(\\s|%|$)|[0-9_]{6}\\s*[/)>,]|#[0-9a-z]{5}", [unicode, {capture, none}]) =:= nomatch.

read(Text) ->
    case erl_scan:string(Text ++ "\n.") of
        {ok, Tokens, _} ->
            try erl_parse:parse_term(Tokens) of
                {ok, Term} -> {ok, term_to_binary(Term, ?NORMAL)};
                Error -> Error
            catch _:Reason -> {error, Reason}
            end;
        Error -> Error
    end.

verdict({ok, Bytes}) -> {ok, Bytes};
verdict(Error) when element(1, Error) =:= error -> refused;
verdict(Other) -> Other.

order(Port) ->
    A = term(),
    B = case rand:uniform(3) of
            1 -> term();
            _ -> alike(A)
        end,
    Order = if A < B -> -1; A > B -> 1; true -> 0 end,
    Same = case A =:= B of true -> 1; false -> 0 end,
    same({A, B}, ask(Port, {compare, property_terms:encode(A), property_terms:encode(B)}), {ok, Order, Same}).

%% The same but for a few parts.
alike(T) ->
    case rand:uniform(8) of
        1 -> property_terms:term(1);
        _ -> alike_in(T)
    end.

alike_in([H | T]) -> [alike(H) | alike_in(T)];
alike_in(T) when is_tuple(T) -> list_to_tuple(alike_in(tuple_to_list(T)));
alike_in(T) when is_map(T) -> maps:map(fun(_, V) -> alike(V) end, T);
alike_in(T) when is_integer(T), abs(T) < 1 bsl 60 -> property_terms:pick([T, T, T + 1, float(T)]);
alike_in(T) when is_float(T) -> property_terms:pick([T | [trunc(T) || abs(T) < 1.0e300]]);
alike_in(T) when is_binary(T) -> property_terms:pick([T, <<T/binary, 0>>, <<T/binary, 0:1>>]);
alike_in(T) -> T.
