%% @doc The owner of a port program that answers one term with one term.
%%
%% A process of this module opens the program with `{packet, N}', sends it the
%% terms of its callers and hands them the answers, in order. It is made to
%% stand in a supervision tree:
%% ```
%% Children = [pier:child_spec(#{name => calc, program => {priv, pier, "calc"}})],
%% {ok, {ok, 3}} = pier:call(calc, {add, 1, 2}).
%% '''
%% When the program ends, so does its owner, with a reason that
%% {@link format_error/1} turns into a sentence; callers that wait get it as
%% `{error, Reason}'. When the owner ends, the port closes, and the program
%% finds the end of its standard input.
-module(pier).
-behaviour(gen_server).

-export([child_spec/1, start_link/1, call/2, call/3, stop/1, format_error/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).
-export_type([options/0, program/0, reason/0]).

-type program() :: {priv, App :: atom(), Name :: file:filename()} | file:filename_all().
%% A file below the `priv' folder of an application, or a path; nothing is
%% searched in `PATH'.

-type options() ::
    #{program := program(),
      name => atom(),                        % registered locally under this name
      args => [string() | binary()],         % default []
      env => [{string(), string() | false}], % default []
      cd => file:filename_all(),             % default: the emulator's own
      packet => 1 | 2 | 4,                   % default 4
      safe => boolean()}.                    % answers may not make new atoms; default false

-type reason() ::
    {program, file:filename_all(), {status, 0..255} | {signal, pos_integer()}}
  | {program, file:filename_all(), {port, term()}}
  | {program, file:filename_all(), {bad_answer, binary()}}
  | {program, file:filename_all(), file:posix() | system_limit | badarg}
  | {no_priv_dir, atom()}
  | timeout
  | noproc
  | term().

-record(state, {port :: port(),
                path :: file:filename_all(),
                decode :: [safe],
                waiting = queue:new() :: queue:queue(gen_server:from())}).

%% @doc A child specification; the id is the name, or `pier'.
-spec child_spec(options()) -> supervisor:child_spec().
child_spec(Options) ->
    #{id => maps:get(name, Options, ?MODULE),
      start => {?MODULE, start_link, [Options]},
      restart => permanent,
      shutdown => 5000,
      type => worker,
      modules => [?MODULE]}.

%% @doc Opens the program and becomes its owner.
-spec start_link(options()) -> {ok, pid()} | {error, reason()}.
start_link(#{name := Name} = Options) ->
    gen_server:start_link({local, Name}, ?MODULE, Options, []);
start_link(Options) ->
    gen_server:start_link(?MODULE, Options, []).

%% @doc As {@link call/3} with a time-out of five seconds.
-spec call(gen_server:server_ref(), term()) -> {ok, Answer :: term()} | {error, reason()}.
call(Owner, Request) ->
    call(Owner, Request, 5000).

%% @doc Sends `Request' to the program and waits for its answer. A time-out
%% leaves the program alone: its late answer is dropped.
-spec call(gen_server:server_ref(), term(), timeout()) ->
          {ok, Answer :: term()} | {error, reason()}.
call(Owner, Request, Timeout) ->
    try
        gen_server:call(Owner, {call, term_to_binary(Request)}, Timeout)
    catch
        exit:{Reason, {gen_server, call, _}} -> {error, Reason}
    end.

%% @doc Closes the port and ends its owner.
-spec stop(gen_server:server_ref()) -> ok.
stop(Owner) ->
    gen_server:stop(Owner).

%% @doc A sentence for a reason of this module.
-spec format_error(reason()) -> unicode:chardata().
format_error({program, Path, {status, Status}}) ->
    io_lib:format("~ts ended with status ~b", [Path, Status]);
format_error({program, Path, {signal, Signal}}) ->
    io_lib:format("~ts was killed by signal ~b", [Path, Signal]);
format_error({program, Path, {port, epipe}}) ->
    io_lib:format("~ts stopped reading its input", [Path]);
format_error({program, Path, {port, einval}}) ->
    io_lib:format("a request for ~ts was too big for the packet header", [Path]);
format_error({program, Path, {port, Reason}}) ->
    io_lib:format("the port of ~ts ended: ~tp", [Path, Reason]);
format_error({program, Path, {bad_answer, Bytes}}) ->
    io_lib:format("~ts answered with ~b bytes that are no external term", [Path, byte_size(Bytes)]);
format_error({program, Path, Posix}) when is_atom(Posix) ->
    io_lib:format("~ts cannot be run: ~ts", [Path, describe(Posix)]);
format_error({no_priv_dir, App}) ->
    io_lib:format("the application ~tp has no priv folder", [App]);
format_error(timeout) ->
    "the program did not answer in time";
format_error(noproc) ->
    "no owner of a program has that name";
format_error(Other) ->
    io_lib:format("~tp", [Other]).

describe(Posix) ->
    case file:format_error(Posix) of
        "unknown POSIX error" ++ _ -> atom_to_list(Posix);
        Text -> Text
    end.

%% gen_server

%% @private
init(#{program := Program} = Options) ->
    process_flag(trap_exit, true),
    case path(Program) of
        {ok, Path} -> open(Path, Options);
        {error, Reason} -> {stop, Reason}
    end.

%% @private
handle_call({call, Bytes}, From, #state{port = Port, waiting = Waiting} = State) ->
    %% badarg means that the port has just ended: its last words come next, and
    %% whoever waits then gets them.
    try port_command(Port, Bytes) catch error:badarg -> true end,
    {noreply, State#state{waiting = queue:in(From, Waiting)}};
handle_call(_Request, _From, State) ->
    {reply, {error, badarg}, State}.

%% @private
handle_cast(_Request, State) ->
    {noreply, State}.

%% @private
handle_info({Port, {data, Bytes}}, #state{port = Port} = State) ->
    answer(Bytes, State);
handle_info({Port, {exit_status, Status}}, #state{port = Port} = State) when Status > 128 ->
    ended({signal, Status - 128}, State);
handle_info({Port, {exit_status, Status}}, #state{port = Port} = State) ->
    ended({status, Status}, State);
handle_info({'EXIT', Port, Reason}, #state{port = Port} = State) ->
    ended({port, Reason}, State);
handle_info({'EXIT', _Linked, Reason}, State) ->
    {stop, Reason, State};
handle_info(_Message, State) ->
    {noreply, State}.

%% @private
terminate(_Reason, #state{port = Port}) ->
    try port_close(Port) catch error:badarg -> true end,
    ok.

%% The program

path({priv, App, Name}) ->
    case code:priv_dir(App) of
        {error, bad_name} -> {error, {no_priv_dir, App}};
        Folder -> {ok, filename:join(Folder, Name)}
    end;
path(Path) ->
    {ok, Path}.

open(Path, Options) ->
    %% A directory has an x bit: open_port/2 would take it, and the status that
    %% follows would say nothing.
    case filelib:is_dir(Path) of
        true -> {stop, {program, Path, eisdir}};
        false -> open_file(Path, Options)
    end.

open_file(Path, Options) ->
    try open_port({spawn_executable, Path}, port_options(Options)) of
        Port ->
            Decode = [safe || maps:get(safe, Options, false)],
            {ok, #state{port = Port, path = Path, decode = Decode}}
    catch
        error:Reason -> {stop, {program, Path, Reason}}
    end.

port_options(Options) ->
    [binary, exit_status, use_stdio, hide,
     {packet, maps:get(packet, Options, 4)},
     {args, maps:get(args, Options, [])},
     {env, maps:get(env, Options, [])}
     | [{cd, Folder} || {ok, Folder} <- [maps:find(cd, Options)]]].

answer(Bytes, #state{path = Path, decode = Decode, waiting = Waiting} = State) ->
    try binary_to_term(Bytes, Decode) of
        Answer ->
            case queue:out(Waiting) of
                {{value, From}, Rest} ->
                    gen_server:reply(From, {ok, Answer}),
                    {noreply, State#state{waiting = Rest}};
                {empty, _} ->
                    logger:warning("~ts said something nobody asked for: ~tp", [Path, Answer]),
                    {noreply, State}
            end
    catch
        error:badarg -> ended({bad_answer, Bytes}, State)
    end.

ended(How, #state{path = Path, waiting = Waiting} = State) ->
    Reason = {program, Path, How},
    [gen_server:reply(From, {error, Reason}) || From <- queue:to_list(Waiting)],
    {stop, Reason, State#state{waiting = queue:new()}}.
