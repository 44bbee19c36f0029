%% The hosts of this VM: which there are, which of them is the default one, and the table
%% in which callers look without asking anybody:
%%   {default, Host}                  the host of ports that name none
%%   {{host, Host}, Real, Creation}   Real is the port that it is spoken to by
%%   {{creation, Creation}, Host}
%%   {{named, Pid}, Name, Port}       Pid stands for Port in the VM's registry
%%   {{busy, Port}}                   a command would suspend its caller
%%   {{alias, Alias}, Kind, Reference}  Alias is of the monitor Reference (pier_host_alias)
%% What commands need to know is in another one (pier_host_quick).
-module(pier_host_keeper).
-behaviour(gen_server).

-export([default/0, start/1, hosts/0, host_of/1, named/1, port/1, forget/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(TABLE, pier_host).
-define(NAME, pier_host).

%% @doc The default host; it is started if there is none.
-spec default() -> {ok, pid()} | {error, term()}.
default() ->
    case lookup(default) of
        [{default, Host}] -> {ok, Host};
        [] -> ask(default)
    end.

-spec start(map()) -> {ok, pid()} | {error, term()}.
start(Options) ->
    ask({start, Options}).

%% @doc Every host, with the port that it is spoken to by.
-spec hosts() -> [{pid(), port()}].
hosts() ->
    case ets:whereis(?TABLE) of
        undefined -> [];
        _ -> [{Host, Real} || [Host, Real] <- ets:match(?TABLE, {{host, '$1'}, '$2', '_'})]
    end.

%% @doc The host that made a port or a reference.
-spec host_of(port() | reference()) -> pid() | none.
host_of(Identifier) ->
    case lookup({creation, creation(term_to_binary(Identifier))}) of
        [{_, Host}] -> Host;
        [] -> none
    end.

%% NEW_PORT_EXT has it at its end, NEWER_REFERENCE_EXT behind the node.
creation(<<131, 89, Rest/binary>>) ->
    binary:decode_unsigned(binary:part(Rest, byte_size(Rest), -4));
creation(<<131, 90, Words:16, Rest/binary>>) ->
    binary:decode_unsigned(binary:part(Rest, byte_size(Rest) - 4 * Words, -4));
creation(_) ->
    0.

%% @doc The native port that a process stands for.
-spec named(pid()) -> port() | false.
named(Pid) ->
    case lookup({named, Pid}) of
        [{_, _Name, Port}] -> Port;
        [] -> false
    end.

%% @doc The port of that number of the default host.
-spec port(integer() | none) -> port() | none.
port(Number) when is_integer(Number), Number >= 0, Number < 1 bsl 28 ->
    case lookup(default) of
        [{default, Host}] ->
            [{_, _, Creation}] = lookup({host, Host}),
            binary_to_term(<<131, 89, 100, 13:16, "native@nohost", Number:32, Creation:32>>);
        [] -> none
    end;
port(_) ->
    none.

lookup(Key) ->
    try ets:lookup(?TABLE, Key) catch error:badarg -> [] end.

ask(Request) ->
    case gen_server:start({local, ?NAME}, ?MODULE, [], []) of
        {ok, _} -> ok;
        {error, {already_started, _}} -> ok
    end,
    gen_server:call(?NAME, Request, infinity).

%% ---- The process ----

%% It outlives whoever needed a host first, and so belongs to nobody's group.
init([]) ->
    group_leader(whereis(init), self()),
    ?TABLE = ets:new(?TABLE, [named_table, public, {read_concurrency, true}]),
    ok = pier_host_quick:new(),
    {ok, erlang:phash2({node(), erlang:system_time()}, 1 bsl 30) + 1}.

handle_call(default, _From, Creation) ->
    case lookup(default) of
        [{default, Host}] -> {reply, {ok, Host}, Creation};
        [] -> {reply, begin_host(options(), Creation), Creation + 1}
    end;
handle_call({start, Options}, _From, Creation) ->
    {reply, begin_host(maps:merge(options(), Options), Creation), Creation + 1}.

handle_cast(_, Creation) ->
    {noreply, Creation}.

%% A host that was killed could not take itself out of the table.
handle_info({'DOWN', _, process, Host, _}, Creation) ->
    forget(Host),
    {noreply, Creation};
handle_info(_, Creation) ->
    {noreply, Creation}.

%% The words of PIER_HOST_COMMAND, the file of PIER_HOST_TRACE, and the application's own.
options() ->
    Words = string:lexemes(os:getenv("PIER_HOST_COMMAND", ""), " "),
    Trace = maps:from_list([{trace, File} || File <- [os:getenv("PIER_HOST_TRACE", "")], File =/= ""]),
    maps:merge(Trace#{command => Words}, application:get_env(pier, host, #{})).

begin_host(Options, Creation) ->
    case pier_host_server:start(Options, Creation) of
        {ok, Host, Real} ->
            _ = monitor(process, Host),
            ets:insert(?TABLE, [{{host, Host}, Real, Creation}, {{creation, Creation}, Host}]),
            maps:get(default, Options, true) andalso ets:insert(?TABLE, {default, Host}),
            pier_host_server:go(Host),
            {ok, Host};
        {error, _} = Error ->
            Error
    end.

%% @doc It is not in the table any more.
-spec forget(pid()) -> ok.
forget(Host) ->
    ets:delete_object(?TABLE, {default, Host}),
    ets:match_delete(?TABLE, {{creation, '_'}, Host}),
    _ = [pier_host_quick:forget(Host, Creation) || {_, _, Creation} <- lookup({host, Host})],
    ets:delete(?TABLE, {host, Host}),
    ok.
