#!/usr/bin/env escript
%% Erlang's own drivers in the BEAM, for test/driver/erlang.t.
-mode(compile).

%% A real trace, by dbg, of a process that calls, sends and receives.
main(["trace", File]) ->
    {ok, _} = dbg:tracer(port, dbg:trace_port(file, File)),
    {ok, _} = dbg:tpl(lists, seq, 2, [{'_', [], [{return_trace}]}]),
    Worker = spawn(fun() -> worker(100) end),
    {ok, _} = dbg:p(Worker, [call, send, 'receive', procs]),
    Ref = monitor(process, Worker),
    Worker ! go,
    receive {'DOWN', Ref, process, Worker, normal} -> ok end,
    ok = dbg:flush_trace_port(),
    dbg:stop();
%% The same records again, in files that wrap.
main(["wrap", From, To]) ->
    Port = (dbg:trace_port(file, {To, wrap, ".log", 1000, 3}))(),
    {ok, Bytes} = file:read_file(From),
    [port_command(Port, Record) || Record <- records(Bytes)],
    port_control(Port, $f, ""),
    port_close(Port);
main(["scan", Folder, Name, File]) ->
    ok = erl_ddll:load_driver(Folder, Name),
    {ok, Message} = file:read_file(File),
    Port = open_port({spawn, Name}, [binary]),
    [] = port_control(Port, $s, Message),
    receive Answer -> io:format("~0tp~n", [Answer]) end;
%% By megaco's own module.
main(["tokens", File]) ->
    {ok, Message} = file:read_file(File),
    {ok, Port} = megaco_flex_scanner:start(),
    {ok, Tokens, Version, Line} = megaco_flex_scanner:scan(Message, Port),
    io:format("~w ~w ~w~n", [length(Tokens), Version, Line]);
main(["ip", Folder, File]) ->
    ok = erl_ddll:load_driver(Folder, "trace_ip_drv"),
    {ok, Bytes} = file:read_file(File),
    Port = open_port({spawn, "trace_ip_drv 0 50 2"}, [binary]),
    [0, High, Low] = answer(port_control(Port, $p, "")),
    {ok, Client} = gen_tcp:connect({127, 0, 0, 1}, High * 256 + Low,
                                   [binary, {active, false}]),
    timer:sleep(1000),
    true = port_command(Port, Bytes),
    timer:sleep(100),
    port_close(Port),
    file:write_file("/dev/stdout", all(Client, <<>>)).

answer(Binary) when is_binary(Binary) -> binary_to_list(Binary);
answer(List) -> List.

all(Client, Got) ->
    case gen_tcp:recv(Client, 0, 10000) of
        {ok, More} -> all(Client, <<Got/binary, More/binary>>);
        {error, _} -> Got
    end.

records(<<0, Size:32, Record:Size/binary, Rest/binary>>) -> [Record | records(Rest)];
records(<<>>) -> [].

worker(0) -> ok;
worker(100) -> receive go -> worker(99) end;
worker(N) ->
    self() ! {message, N, lists:seq(1, N rem 7), <<0:(N * 8)>>},
    receive {message, N, _, _} -> worker(N - 1) end.
