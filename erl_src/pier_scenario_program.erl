%% Programs of a scenario as names and options of open_port/2.
-module(pier_scenario_program).
-export([name/2, mode/2, proper/1, kill/2, kill_groups/1]).

%% Peer is the path of the command pier, which performs {peer,Actions}.
-spec name(term(), file:filename() | undefined) -> {term(), [term()]}.
name({sh, Command}, _Peer) ->
    {{spawn_executable, "/bin/sh"}, [{args, ["-c", Command]}]};
name({exec, Program, Arguments}, _Peer) ->
    {{spawn_executable, found(Program)}, [{args, Arguments}]};
name({peer, Actions}, Peer) when Peer =/= undefined ->
    Text = lists:flatten(io_lib:format("~w", [Actions])),
    {{spawn_executable, Peer}, [{args, ["peer", Text]}]};
name(Program, _Peer) ->
    throw({no_program, Program}).

found(Program) ->
    case lists:member($/, Program) of
        true -> Program;
        false ->
            case os:find_executable(Program) of
                false -> Program;
                Path -> Path
            end
    end.

%% Whether what a port says comes as a stream, by the last word of its options.
-spec mode(term(), term()) -> stream | other.
mode({spawn_driver, _}, _Options) ->
    other;
mode(_Name, Options) when is_list(Options) ->
    Framing = [Option || Option <- proper(Options), is_framing(Option)],
    Packet = [Option || Option <- Framing, not is_line(Option)],
    case {lists:any(fun is_line/1, Framing), lists:reverse(Packet)} of
        {true, _} -> other;
        {false, [{packet, _} | _]} -> other;
        {false, _} -> stream
    end;
mode(_, _) ->
    other.

%% A list up to where it stops being one.
-spec proper(term()) -> [term()].
proper([Head | Tail]) -> [Head | proper(Tail)];
proper(_) -> [].

is_framing(stream) -> true;
is_framing({packet, _}) -> true;
is_framing(Option) -> is_line(Option).

is_line(line) -> true;
is_line({line, _}) -> true;
is_line(_) -> false.

-spec kill(integer() | undefined, integer()) -> ok | {error, esrch}.
kill(OsPid, Signal) when is_integer(OsPid) ->
    Command = io_lib:format("kill -~b ~b 2>/dev/null && echo ok", [Signal, OsPid]),
    case os:cmd(lists:flatten(Command)) of
        "ok" ++ _ -> ok;
        _ -> {error, esrch}
    end;
kill(undefined, _Signal) ->
    {error, esrch}.

%% Whatever the programs left: each has a session, and so a group, of its own.
-spec kill_groups([integer()]) -> ok.
kill_groups([]) ->
    ok;
kill_groups(OsPids) ->
    Groups = [[" -", integer_to_list(OsPid)] || OsPid <- OsPids],
    _ = os:cmd(lists:flatten(["kill -KILL", Groups, " 2>/dev/null"])),
    ok.
