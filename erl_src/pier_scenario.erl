%% Scenarios on the BEAM; doc/scenarios.md has the language and this command:
%%   erl -noinput -s pier_scenario main -extra [--native] [--peer PIER] [--drivers DIR] [--only ID]...
%%       [--repeat N] [--jobs N] FILE...
%% Each file is run by a VM of its own, a child of this one: the working
%% directory is the VM's, and nothing that a file leaves behind meets another.
%% The child writes to descriptors 5 and 6, because programs share 1 and 2.
-module(pier_scenario).
-export([main/0, file/0]).

-define(OUT, "/proc/self/fd/5").
-define(ERRORS, "/proc/self/fd/6").

%% Runs all files and ends the VM: 0, or 1 if one of them could not be run.
-spec main() -> no_return().
main() ->
    ended(fun() ->
                  Options = options(init:get_plain_arguments()),
                  Files = lists:reverse(maps:get(files, Options)),
                  Read = [{File, read(File)} || File <- Files],
                  io:format("%% otp ~s erts ~s~n", [erlang:system_info(otp_release),
                                                    erlang:system_info(version)]),
                  start(Read, maps:get(jobs, Options), Options, #{})
          end, standard_error, true).

%% What a child does: one file.
-spec file() -> no_return().
file() ->
    ended(fun() ->
                  #{files := [File]} = Options = options(init:get_plain_arguments()),
                  {ok, Out} = file:open(?OUT, [append, binary]),
                  Write = fun(Text) -> ok = file:write(Out, Text) end,
                  [begin
                       "native" = filename:basename(filename:dirname(code:which(pier_scenario_act))),
                       #{peer := Pier} = Options,
                       application:set_env(pier, host, #{pier => Pier}),
                       {ok, _} = pier_host:start()
                   end || is_map_key(native, Options)],
                  [repeat(Scenario, Options#{write => Write}) || Scenario <- chosen(File, Options)],
                  ok = file:close(Out)
          end, ?ERRORS, false).

%% A port that is still closing would keep a VM from its end if it flushed.
ended(Work, Errors, Flush) ->
    logger:set_primary_config(level, none),
    Status = try
                 Work(),
                 0
             catch
                 throw:{sorry, Text} ->
                     complain(Errors, io_lib:format("pier_scenario: ~ts~n", [Text])),
                     1
             end,
    erlang:halt(Status, [{flush, Flush}]).

complain(standard_error, Text) ->
    io:put_chars(standard_error, Text);
complain(File, Text) ->
    file:write_file(File, unicode:characters_to_binary(Text), [append]).

options(Arguments) ->
    options(Arguments, #{files => [], only => [], jobs => 1}).

options(["--peer", Pier | Rest], Options) ->
    options(Rest, Options#{peer => filename:absname(Pier)});
options(["--drivers", Folder | Rest], Options) ->
    options(Rest, Options#{drivers => filename:absname(Folder)});
options(["--native" | Rest], Options) ->
    options(Rest, Options#{native => true});
options(["--only", Id | Rest], #{only := Ids} = Options) ->
    options(Rest, Options#{only := [Id | Ids]});
options(["--repeat", Count | Rest], Options) ->
    options(Rest, Options#{repeat => count(Count)});
options(["--jobs", Count | Rest], Options) ->
    options(Rest, Options#{jobs := count(Count)});
options(["--" ++ _ = Unknown | _], _Options) ->
    throw({sorry, ["no such option, or nothing behind it: ", Unknown]});
options([File | Rest], #{files := Files} = Options) ->
    options(Rest, Options#{files := [File | Files]});
options([], Options) ->
    Options.

count(Text) ->
    case string:to_integer(Text) of
        {Count, ""} when Count > 0 -> Count;
        _ -> throw({sorry, ["not a count: ", Text]})
    end.

read(File) ->
    case pier_scenario_file:read(File) of
        {ok, Scenarios} -> Scenarios;
        {error, Reason} -> throw({sorry, [File, ": ", pier_scenario_file:format_error(Reason)]})
    end.

chosen(File, #{only := Ids}) ->
    [Scenario || {scenario, Id, _, _} = Scenario <- read(File),
                 Ids =:= [] orelse lists:member(atom_to_list(Id), Ids)].

%% As many children at a time as there are jobs; Running has what each has
%% written of a run that is not complete.
start([{File, _} | Files], Free, Options, Running) when Free > 0 ->
    start(Files, Free - 1, Options, Running#{child(File, Options) => {File, <<>>}});
start(Files, Free, Options, Running) when map_size(Running) > 0 ->
    receive
        {Child, {data, Data}} ->
            #{Child := {File, Begun}} = Running,
            start(Files, Free, Options, Running#{Child := {File, whole(<<Begun/binary, Data/binary>>)}});
        {Child, {exit_status, 0}} ->
            start(Files, Free + 1, Options, maps:remove(Child, Running));
        {Child, {exit_status, Status}} ->
            #{Child := {File, _}} = Running,
            throw({sorry, [File, ": the VM that ran it ended with ", integer_to_list(Status)]})
    end;
start([], _Free, _Options, _Running) ->
    ok.

child(File, Options) ->
    Erl = filename:join([code:root_dir(), "bin", "erl"]),
    Here = filename:dirname(code:which(?MODULE)),
    Command = "exec \"$0\" \"$@\" 5>&1 6>&2 </dev/null >/dev/null 2>/dev/null",
    %% Those modules of ours that take ports, as pier_transform has them; -pa puts its last
    %% folder first.
    Native = [filename:join(Here, "native") || is_map_key(native, Options)],
    Given = [[["--native"] || is_map_key(native, Options)],
             [["--peer", Peer] || #{peer := Peer} <- [Options]],
             [["--drivers", Drivers] || #{drivers := Drivers} <- [Options]],
             [["--only", Id] || Id <- maps:get(only, Options)],
             [["--repeat", integer_to_list(Count)] || #{repeat := Count} <- [Options]]],
    open_port({spawn_executable, "/bin/sh"},
              [{args, ["-c", Command, Erl, "-noinput", "-pa", Here] ++ Native ++ ["-s", atom_to_list(?MODULE), "file",
                       "-extra"] ++ lists:append(lists:append(Given)) ++ [File]},
               binary, exit_status, hide]).

%% Prints the runs that are complete: each ends with an empty comment.
whole(Text) ->
    case binary:split(Text, <<"%%\n">>) of
        [Run, Rest] ->
            ok = file:write(standard_io, Run),
            whole(Rest);
        [Begun] ->
            Begun
    end.

repeat({scenario, _, Own, _} = Scenario, Options) ->
    Times = maps:get(repeat, Options, maps:get(repeat, Own, 1)),
    [once(Scenario, Options) || _ <- lists:seq(1, Times)].

%% In a process of its own, so that what a run leaves in its mailbox ends with it,
%% and in a fresh working directory.
once({scenario, Id, _, _} = Scenario, #{write := Write} = Options) ->
    {ok, Home} = file:get_cwd(),
    Folder = fresh_folder(),
    ok = file:set_cwd(Folder),
    Peer = maps:get(peer, Options, undefined),
    Drivers = maps:get(drivers, Options, undefined),
    Config = #{print => fun(Term) -> Write(unicode:characters_to_binary(pier_scenario_print:line(Term))) end,
               leave => fun() -> ok = file:set_cwd(Home) end,
               paths => [{"${TMP}", Folder} | [Known || {_, Path} = Known <- [{"${PROG}", Peer}, {"${DRIVERS}", Drivers}],
                                                        Path =/= undefined]],
               peer => Peer},
    {Pid, Monitor} = spawn_monitor(fun() -> exit({ended, pier_scenario_run:run(Scenario, Config)}) end),
    receive
        {'DOWN', Monitor, process, Pid, {ended, Labels}} ->
            [Write(io_lib:format("%% outcome ~w ~w ~w~n", [Id, Race, Label])) || {Race, Label} <- Labels];
        {'DOWN', Monitor, process, Pid, Fault} ->
            throw({sorry, io_lib:format("a fault of the runner in ~w: ~0tp", [Id, Fault])})
    end,
    Write("%%\n"),
    remove(Folder, 10).

%% A program that is just being killed may still make a file.
remove(Folder, Tries) ->
    case file:del_dir_r(Folder) of
        {error, _} when Tries > 0 -> timer:sleep(10), remove(Folder, Tries - 1);
        _ -> ok
    end.

fresh_folder() ->
    Name = io_lib:format("pier-scenario.~s.~b", [os:getpid(), erlang:unique_integer([positive])]),
    Folder = filename:join(os:getenv("TMPDIR", "/tmp"), lists:flatten(Name)),
    ok = file:make_dir(Folder),
    Folder.
