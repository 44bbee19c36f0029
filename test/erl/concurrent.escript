#!/usr/bin/env escript
%% Concurrent calls of many processes to one program, which answers when all are there,
%% from four threads, in random order.
%%   concurrent.escript PEER LOOP CALLERS CALLS
%% Prints how many of CALLERS * CALLS were answered with their own term, and how many
%% answers came after a later one.
main([Program, Loop, Callers0, Calls0]) ->
    [Callers, Calls] = [list_to_integer(N) || N <- [Callers0, Calls0]],
    All = Callers * Calls,
    Self = self(),
    Owner = spawn_link(fun() -> own(Program, Loop) end),
    Pids = [spawn_link(fun() -> caller(Self, Owner, All, Number, Calls) end)
            || Number <- lists:seq(1, Callers)],
    Results = [receive {Pid, Right, Overtaken} -> {Right, Overtaken} after 100000 -> {0, 0} end
               || Pid <- Pids],
    {Rights, Overtakens} = lists:unzip(Results),
    io:format("~b of ~b right~n", [lists:sum(Rights), All]),
    io:format("~s~n", [case lists:sum(Overtakens) > All div 4 of
                           true -> "in random order";
                           false -> "in order"
                       end]).

%% From is all that the owner has to know: the program brings it back.
own(Program, Loop) ->
    Port = open_port({spawn_executable, Program}, [binary, {packet, 4}, {args, ["call", Loop]}]),
    own(Port).

own(Port) ->
    receive
        {call, From, Request} ->
            port_command(Port, term_to_binary({call, From, Request})),
            own(Port);
        {Port, {data, Bytes}} ->
            {reply, {Pid, Tag}, Answer} = binary_to_term(Bytes),
            Pid ! {Tag, Answer},
            own(Port)
    end.

caller(Parent, Owner, All, Number, Calls) ->
    Tags = [{make_ref(), I} || I <- lists:seq(1, Calls)],
    [Owner ! {call, {self(), Tag}, {gather, All, {Number, I, Tag}}} || {_, I} = Tag <- Tags],
    Order = [receive {{_, I} = Tag, {Number, I, Tag}} -> I after 100000 -> 0 end || _ <- Tags],
    Overtaken = length([x || {A, B} <- lists:zip(lists:droplast(Order), tl(Order)), A > B]),
    Right = length([I || I <- lists:usort(Order), I > 0]),
    Parent ! {self(), Right, Overtaken}.
