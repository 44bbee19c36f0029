#!/usr/bin/env escript
%% Opens a port for each line of FILE: a mark, how to use it, a program and its arguments, with tabs
%% between them. Says `Mark OsPid` for each and `beam OsPid`, then takes what comes until it is killed.
%% What is used as `busy` gets the request busy and 8 MiB after it.
main([File]) ->
    {ok, Text} = file:read_file(File),
    [open(binary:split(Line, <<"\t">>, [global])) || Line <- binary:split(Text, <<"\n">>, [global, trim])],
    io:format("beam ~s~n", [os:getpid()]),
    drain().

open([Mark, Use, Program | Arguments]) ->
    Framing = case Use of
        <<"busy">> -> {packet, 4};
        _ -> stream
    end,
    Port = open_port({spawn_executable, Program},
                     [{args, Arguments}, {env, [{"PIER_MARK", binary_to_list(Mark)}]}, binary, exit_status, Framing]),
    case Use of
        <<"busy">> ->
            port_command(Port, term_to_binary(busy)),
            port_command(Port, term_to_binary(binary:copy(<<0>>, 8 bsl 20)));
        _ -> ok
    end,
    {os_pid, Pid} = erlang:port_info(Port, os_pid),
    io:format("~s ~b~n", [Mark, Pid]).

drain() ->
    receive
        {_, {exit_status, _}} -> drain();
        {_, {data, _}} -> drain()
    end.
