#!/usr/bin/env escript
%% The dialogues of calls.terms on the BEAM, as calls.c holds them on the native host.
%%   calls.escript FILE PEER LOOP
main([File, Program, Loop]) ->
    io:setopts([{encoding, unicode}]),
    {ok, Dialogues} = file:consult(File),
    lists:foreach(fun(Dialogue) -> hold(Dialogue, Program, Loop) end, Dialogues).

hold({Name, Mode, Sent, Answers}, Program, Loop) ->
    io:format("== ~ts~n", [Name]),
    Port = open_port({spawn_executable, Program},
                     [binary, {packet, 4}, {args, [atom_to_list(Mode), Loop]}]),
    Wanted = lists:sum([count(Answer) || Answer <- Answers]),
    receive_all(Port, lists:foldl(fun(Step, Got) -> perform(Port, Step, Got) end, 0, Sent), Wanted),
    port_close(Port).

count({'$times', N, _}) -> N;
count(_) -> 1.

perform(Port, {'$await', N}, Got) -> receive_all(Port, Got, N);
perform(Port, {'$times', N, Term}, Got) ->
    [send(Port, Term) || _ <- lists:seq(1, N)],
    Got;
perform(Port, {'$frame', Bytes}, Got) -> port_command(Port, Bytes), Got;
perform(Port, Term, Got) -> send(Port, Term), Got.

send(Port, Term) -> port_command(Port, term_to_binary(Term)).

receive_all(Port, Got, Wanted) when Got < Wanted ->
    receive {Port, {data, Bytes}} -> io:format("~0tp~n", [binary_to_term(Bytes)])
    after 20000 -> io:format("no answer~n"), halt(1)
    end,
    receive_all(Port, Got + 1, Wanted);
receive_all(_Port, Got, _Wanted) -> Got.
