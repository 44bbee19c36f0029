#!/usr/bin/env escript
%%! +A 4
%% escript steps.escript FILE...: the rows of these files (test_steps.c says what is in
%% them) in the BEAM, as TAP. With -v what each step gave, in place of what it should.
-mode(compile).

main(["-v" | Files]) ->
    [[say(Row) || Row <- rows(File)] || File <- Files];
main(Files) ->
    Rows = lists:append([rows(File) || File <- Files]),
    io:format("1..~b~n", [length(Rows)]),
    halt(lists:max([0 | lists:map(fun report/1, lists:zip(lists:seq(1, length(Rows)), Rows))])).

say({Name, Steps}) ->
    io:format("== ~ts~n", [Name]),
    [io:format("~ts~n", [spoken(element(1, Step), Got)]) || {Step, Got} <- run(Steps)].

report({Number, {Name, Steps}}) ->
    case [{Step, Got} || {Step, Got} <- run(Steps), string:trim(element(2, Step)) =/= Got] of
        [] ->
            io:format("ok ~b - ~ts~n", [Number, Name]),
            0;
        Wrong ->
            io:format("not ok ~b - ~ts~n", [Number, Name]),
            [io:format("# ~ts-> ~ts~n# but: ~ts~n", [Call, Wanted, Got]) || {{Call, Wanted}, Got} <- Wrong],
            1
    end.

%% ---- Reading ----

rows(File) ->
    {ok, Text} = file:read_file(File),
    Lines = [unicode:characters_to_list(Line) || Line <- binary:split(Text, <<"\n">>, [global])],
    read([Line || Line <- Lines, Line =/= "", hd(Line) =/= $#]).

read([]) -> [];
read(["== " ++ Name | Lines]) ->
    {Steps, Rest} = lists:splitwith(fun(Line) -> not lists:prefix("== ", Line) end, Lines),
    [{Name, [step(Step) || Step <- Steps]} | read(Rest)].

step(Line) ->
    case string:split(Line, "-> ") of
        [Call, Wanted] -> {Call, Wanted};
        [Call] -> {Call, ""}
    end.

%% ---- Running: every row in a process of its own ----

run(Steps) ->
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() -> Self ! {self(), row(Steps)} end),
    Results = receive {Pid, Got} -> Got; {'DOWN', Ref, _, _, Why} -> [{hd(Steps), io_lib:format("~0p", [Why])}] end,
    erlang:demonitor(Ref, [flush]),
    timer:sleep(10),
    Results.

row(Steps) ->
    process_flag(trap_exit, true),
    {Other, Watch} = spawn_monitor(fun other/0),
    put($m, self()),
    put($o, Other),
    put(watch, Watch),
    Parsed = [parse(Call) || {Call, _} <- Steps],
    Done = [{do(Step), get()} || Step <- Parsed],
    Left = case mail(0) of timeout -> []; More -> [{{"mail", "nothing"}, text({More, get()})}] end,
    exit(Other, kill),
    lists:zip(Steps, [text(Value) || Value <- Done]) ++ Left.

other() ->
    process_flag(trap_exit, true),
    other_loop().
other_loop() ->
    receive
        {do, From, Fun} -> From ! {did, Fun()}, other_loop()
    end.

%% "[o:] [x =] function [arguments]"
parse("o! " ++ Rest) -> {begin_at_other, parse(Rest)};
parse("o: await" ++ _) -> await;
parse("o: " ++ Rest) -> {other, parse(Rest)};
parse([Letter, $\s, $=, $\s | Rest]) -> {let_be, Letter, parse(Rest)};
parse("") -> mail;
parse("mail" ++ _) -> mail;
parse("turn" ++ _) -> turn;
parse(Call) ->
    [Function, Arguments] = string:split(Call, " "),
    Term = term(Arguments),
    case string:split(Function, ":") of
        [Module, Name] -> {list_to_atom(Module), list_to_atom(Name), Term};
        [Name] -> {erlang, list_to_atom(Name), Term}
    end.

term(Text) ->
    Marked = re:replace(Text, "(?<![A-Za-z0-9])@([a-z])", "'@\\1'", [global, {return, list}, unicode]),
    {ok, Tokens, _} = erl_scan:string(Marked ++ "."),
    {ok, Term} = erl_parse:parse_term(Tokens),
    %% What the parser builds are parts of bigger binaries, which drivers can tell.
    binary_to_term(term_to_binary(Term)).

do({let_be, Letter, Step}) ->
    case do(Step) of
        {value, Value} -> put(Letter, Value), {value, Value};
        Raised -> Raised
    end;
do({begin_at_other, Step}) ->
    Known = get(),
    get($o) ! {do, self(), fun() -> [put(Letter, Value) || {Letter, Value} <- Known, is_integer(Letter)], do(Step) end},
    {value, suspended_soon(get($o), 200)};
do(await) -> receive {did, Result} -> Result end;
do({other, mail}) -> at_other(fun() -> mail(5000) end);
do({other, {erlang, exit, [Reason]}}) ->
    get($o) ! {do, self(), fun() -> exit(Reason) end},
    Watch = get(watch),
    receive {'DOWN', Watch, _, _, _} -> {value, dead} end;
do({other, {let_be, Letter, Step}}) ->
    case do({other, Step}) of
        {value, Value} -> put(Letter, Value), {value, Value};
        Raised -> Raised
    end;
do({other, Step}) ->
    Known = get(),
    at_other(fun() -> [put(Letter, Value) || {Letter, Value} <- Known, is_integer(Letter)], do(Step) end);
do(mail) -> mail(5000);
do(turn) -> timer:sleep(30), {value, ''};
do({Module, Function, Arguments}) ->
    Actual = known(Arguments),
    try {value, apply(Module, Function, Actual)} of
        {value, {ok, Names}} when Function =:= loaded_drivers ->
            {value, {ok, [Name || Name <- Names, catch erl_ddll:info(Name, linked_in_driver) =:= false]}};
        Value -> Value
    catch
        Class:Reason:Stack -> {raised, Class, Reason, cause(Stack)}
    end.

suspended_soon(Pid, Tries) ->
    case process_info(Pid, status) of
        {status, suspended} -> suspended;
        _ when Tries =:= 0 -> runs;
        _ -> timer:sleep(10), suspended_soon(Pid, Tries - 1)
    end.

at_other(Fun) ->
    get($o) ! {do, self(), Fun},
    receive {did, Result} -> Result end.

cause([{_, _, _, Info} | _]) ->
    case proplists:get_value(error_info, Info) of
        #{cause := Cause} -> Cause;
        _ -> none
    end.

mail(Timeout) ->
    Watch = get(watch),
    receive
        {do, _, _} = Order when Watch =:= undefined -> self() ! Order, mail(Timeout);
        Message when element(2, Message) =/= Watch; not is_tuple(Message); tuple_size(Message) < 2 -> {value, Message}
    after Timeout -> timeout
    end.

known(Name) when is_atom(Name) ->
    case atom_to_list(Name) of
        [$@, Letter] -> get(Letter);
        _ -> Name
    end;
known([Head | Tail]) -> [known(Head) | known(Tail)];
known(Tuple) when is_tuple(Tuple) -> list_to_tuple(known(tuple_to_list(Tuple)));
known(Map) when is_map(Map) -> maps:from_list(known(maps:to_list(Map)));
known(Term) -> Term.

%% ---- As text, with the letters in place of what they stand for ----

text({timeout, _}) -> "timeout";
text({{value, ''}, _}) -> "";
text({{raised, Class, Reason, none}, Letters}) -> named(io_lib:format("~p:~0tp", [Class, Reason]), Letters);
text({{raised, Class, Reason, Cause}, Letters}) ->
    named(io_lib:format("~p:~0tp", [Class, {Reason, Cause}]), Letters);
text({{value, Value}, Letters}) -> named(io_lib:format("~0tp", [Value]), Letters).

named(Text, Letters) ->
    Known = [{[$@, Letter], io_lib:format("~0tp", [Value])} || {Letter, Value} <- lists:sort(Letters), is_integer(Letter)],
    Named = lists:foldl(fun({By, What}, Acc) -> string:replace(Acc, What, By, all) end, Text, Known),
    Refs = re:replace(Named, "#Ref<[^>]*>", "@R", [global, unicode]),
    re:replace(Refs, "#Port<[^>]*>", "@P", [global, {return, list}, unicode]).

spoken("turn" ++ _, _) -> "turn";
spoken(Call, Got) -> [Call, "-> ", Got].
