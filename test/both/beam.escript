#!/usr/bin/env escript
%% The documents' own examples on the BEAM: prints every message that the owner
%% of the port gets, as native.c does on the native host.
-mode(compile).
-define(PATIENCE, 20000).

main([Scenario | Arguments]) ->
    io:setopts([{encoding, unicode}]),
    process_flag(trap_exit, true),
    scenario(Scenario, Arguments).

scenario("hello_world", []) ->
    Port = open_port({spawn, "cat"}, [binary]),
    Port ! {self(), {command, "hello"}},
    show_until(data),
    Port ! {self(), {command, "world"}},
    show_until(data),
    Port ! {self(), close},
    show_until(closed);
scenario("echo_oops", []) ->
    open_port({spawn, "echo oops"}, [binary, exit_status]),
    show_until('EXIT');
scenario("byte_lists", []) ->
    open_port({spawn, "echo oops"}, []),
    show_until('EXIT');
scenario("echo_executable", []) ->
    open_port({spawn_executable, "/bin/echo"}, [binary, {args, ["hello world"]}]),
    show_until('EXIT');
scenario("watcher", [Folder]) ->
    Witness = self(),
    Owner = spawn(fun() -> own_watcher(Witness, Folder) end),
    Port = receive {Owner, Opened} -> Opened end,
    {os_pid, OsPid} = erlang:port_info(Port, os_pid),
    monitor(port, Port),
    Owner ! watched,
    receive {'DOWN', _, port, _, _} = Down -> show(Down) after ?PATIENCE -> exit(no_down) end,
    show(erlang:port_info(Port)),
    os:cmd("kill -9 " ++ integer_to_list(OsPid));
scenario("wrapper", [Script]) ->
    Port = open_port({spawn_executable, Script},
                     [binary, exit_status, {line, 80},
                      {args, ["/bin/sh", "-c", "echo $$; exec sleep 1000"]}]),
    {Port, {data, {eol, Pid}}} = show_until(data),
    io:format("it ~s~n", [state(Pid)]),
    Port ! {self(), close},
    show_until(closed),
    wait_end(Pid, ?PATIENCE div 20),
    io:format("it ~s~n", [state(Pid)]).

own_watcher(Witness, Folder) ->
    process_flag(trap_exit, true),
    Port = open_port({spawn, "fswatch " ++ Folder}, [binary, exit_status]),
    Witness ! {self(), Port},
    receive watched -> ok end,
    {Port, {data, Data}} = until_seen(filename:join(Folder, "created"), ?PATIENCE div 100),
    [Line | _] = binary:split(Data, <<"\n">>),
    show({Port, {data, Line}}),
    exit(shutdown).

until_seen(Path, Tries) when Tries > 0 ->
    ok = file:write_file(Path, <<>>),
    receive
        Message -> Message
    after 100 ->
        ok = file:delete(Path),
        until_seen(Path, Tries - 1)
    end.

wait_end(_Pid, 0) ->
    ok;
wait_end(Pid, Tries) ->
    case state(Pid) of
        "has ended" -> ok;
        "runs" -> timer:sleep(20), wait_end(Pid, Tries - 1)
    end.

state(Pid) ->
    case file:read_file(<<"/proc/", Pid/binary, "/stat">>) of
        {ok, Stat} ->
            case binary:match(Stat, <<") Z ">>) of
                nomatch -> "runs";
                _ -> "has ended"
            end;
        {error, _} -> "has ended"
    end.

show_until(Kind) ->
    receive
        Message ->
            show(Message),
            case kind(Message) of
                Kind -> Message;
                _ -> show_until(Kind)
            end
    after ?PATIENCE ->
        exit({no, Kind})
    end.

kind({_, {data, _}}) -> data;
kind({_, {exit_status, _}}) -> exit_status;
kind({_, Kind}) -> Kind;
kind(Message) -> element(1, Message).

show(Message) ->
    io:format("~0tp~n", [Message]).
