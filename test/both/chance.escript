#!/usr/bin/env escript
%% escript chance.escript SEED COUNT: a file of COUNT scenarios made at random, always the
%% same of one seed. Three processes open ports, use them in every way, right and wrong, and
%% at the end say what they got; the oracle is that both hosts write the same transcript.
%% After a step whose effects travel (a signal, a program's end) there is a pause, so that
%% what comes next does not race with them: a difference is one, not a matter of luck.
-mode(compile).

-define(ROLES, [main, a, b]).
-define(NAMES, [n1, n2, p1]).

main([Seed, Count]) ->
    Number = list_to_integer(Seed),
    io:format("{pier_scenarios, 1}.~n"),
    [make(Number, I) || I <- lists:seq(1, list_to_integer(Count))].

make(Seed, I) ->
    rand:seed(exsss, {Seed, I, 0}),
    Id = list_to_atom(lists:concat(["chance.", Seed, "-", I])),
    Actors = any([?ROLES, [main, a]]),
    {Steps, _} = lists:mapfoldl(fun(_, Known) -> step(Known) end, #{opened => 4, actors => Actors},
                                lists:seq(1, 4 + rand:uniform(16))),
    All = [{program, Name, Program} || {Name, Program} <- programs()] ++
        [{role, a}, {role, b}] ++ [as(R, [{flag, trap_exit, true}]) || R <- Actors] ++
        [as(R, [open(N, Program, good(Program))]) ||
            {N, R, Program} <- [{1, main, cat}, {2, a, any([frames, cat])}, {3, b, any([quiet, status])},
                                 {4, any([main, a]), arith}]] ++
        [{monitor, p1, m1}, as(a, [{monitor, p2, m2}]), as(b, [{monitor, p1, m3}])] ++
        lists:append(Steps) ++
        [as(R, [{flush, 100}]) || R <- ?ROLES],
    io:format("~tp.~n", [{scenario, Id, #{}, All}]).

programs() ->
    [{quiet, {peer, [{read_eof}]}}, {status, {peer, [{read_eof}, {exit, 3}]}}, {cat, {peer, [{echo}]}},
     {frames, {peer, [{echo_frames, 2}]}}, {says, {peer, [{write, "bye\nnow"}, {exit, 7}]}},
     {arith, {driver, "", arith_drv}}, {closes, {peer, [{close, stdout}, {read_eof}, {exit, 1}]}}, {deaf, {peer, [{close, stdin}, {sleep, 60000}]}}].

%% ---- a step and the pause behind it ---------------------------------------------------

%% A port that may not come to be gets a name that nobody uses later. Whether a process that
%% its own step ends still gets the step's result is chance in the BEAM, so those that act
%% trap exits.
step(Known = #{opened := Opened, actors := Actors}) ->
    Role = any(Actors),
    case rand:uniform(12) of
        1 ->
            {Name, _} = any(programs()),
            {[as(Role, [open(Opened + 1, Name, any([good(Name), good(Name), bad(Name)]))]), {sleep, 300}],
             Known#{opened := Opened + 1}};
        N when N < 5 ->
            {[as(any(?ROLES), [look(port())])], Known};
        _ ->
            {[as(Role, [act(port())]), {sleep, 40}] ++ heard(), Known}
    end.

heard() -> case rand:uniform(4) of 1 -> [as(any(?ROLES), [{flush, 30}])]; _ -> [] end.

as(main, [Step]) -> Step;
as(Role, Steps) -> {as, Role, Steps}.

look(P) ->
    any([{info, P, any([name, connected, links, monitors, monitored_by, input, output, registered_name, os_pid,
                        queue_size, locking, parallelism, id, nothing])},
         {info, P, all}, {ports}, {get_data, P},
         {bif, whereis, [any(?NAMES)]}, {bif, is_process_alive, [{pid, any(?ROLES)}]},
         {bif, port_info, [any([{port, P}, any(?NAMES), 1])]}]).

act(P) ->
    R = any(?ROLES),
    any([{command, P, data()}, {command, P, data()}, {command3, P, data(), any([[], [force], [nosuspend], [none], x])},
         {send, P, message()}, {send, P, message()}, {send, P, message()}, {close, P}, {connect, P, R},
         {link, P}, {unlink, P}, {demonitor, any([m1, m2, m3])}, {bif, monitor, [port, any([{port, P}, any(?NAMES), {any(?NAMES), node}, 1])]}, {exit_port, P, reason()}, {exit_role, any([a, b]), reason()},
         {register, P, any(?NAMES)}, {unregister, any(?NAMES)},
         {set_data, P, any([1, {a, "text"}, <<"bytes">>])}, control(), {call, any([P, p4]), any([1, 2, 3, -1]), any([{add, 1, 2}, {add, 1}, [], x])},
         {bif, exit, [{pid, any([a, b])}, reason()]},
         {bif, send, [any([{port, P}, any(?NAMES)]), message()]},
         {bif, send, [{port, P}, message(), any([[], [nosuspend], [noconnect], [x]])]},
         {bif, port_close, [any([any(?NAMES), {port, P}, 7])]},
         {bif, port_connect, [any([any(?NAMES), {port, P}]), any([{pid, R}, main, 1])]},
         {bif, register, [any([undefined, P, "x", any(?NAMES)]), any([{port, P}, {pid, R}, 1])]}]).

%% Operations of arith_drv but 13, which would hold up whoever sends next.
control() -> {control, any([p4, p4, port()]), any([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, -1]), data()}.

message() ->
    Pid = any([{pid, any(?ROLES)}, {pid, any(?ROLES)}, {pid, any(?ROLES)}, main, 1]),
    any([{Pid, {command, data()}}, {Pid, {command, data()}}, {Pid, close}, {Pid, {connect, {pid, any(?ROLES)}}},
         {Pid, {connect, any([x, 1])}}, {Pid, any([open, {command}, {command, 1, 2}])}, any([hello, {}, 1, <<"raw">>])]).

reason() -> any([normal, kill, killed, shutdown, boom, {tuple, 1}]).

data() ->
    any([<<"abc">>, "line one\nand two", [], <<>>, [1, [<<"x">>, "yz"] | <<"tail">>], [<<"f">>, 255],
         {rep, 300, 65}, <<0, 3, "abc">>, atom, [256], [a], {rep, 70000, 66}, [1 | 2]]).

%% ---- what a port is opened with --------------------------------------------------------

open(N, Program, Options) -> {open, p(N), Program, Options}.

good(arith) -> some([binary, any([stream, {line, 5}])]);
good(_) ->
    some([binary, exit_status, any([stream, {packet, 1}, {packet, 2}, {packet, 4}, {line, 5}, {line, 80}]),
          any([eof, hide, use_stdio, {parallelism, true}, {busy_limits_port, {10, 20}}, {busy_limits_msgq, disabled},
               {env, [{"A", "b"}]}, {cd, "/"}, {arg0, "x"}, overlapped_io, stderr_to_stdout])]).

bad(Program) ->
    [any([in, out, {packet, 0}, {packet, 3}, {line, 0}, nothing, {env, [1]}, {cd, "/no/such/folder"}, {args, ["two"]},
          {busy_limits_port, 1}, {packet, 2, 1}, {parallelism, 1}, {fd, 1}, 7]) | good(Program)].

%% ---- chance --------------------------------------------------------------------------------

any(List) -> lists:nth(rand:uniform(length(List)), List).
some(List) -> [X || X <- List, rand:uniform(2) =:= 1].
port() -> p(rand:uniform(4)).
p(N) -> list_to_atom("p" ++ integer_to_list(N)).
