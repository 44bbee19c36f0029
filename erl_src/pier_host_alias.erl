%% Aliases of monitors of native ports: the VM's own references, which stand for those of the
%% host. The tag of such a monitor says whose it is, so that the DOWN finds its way:
%%   {?MODULE, Alias, Kind, Tag}
%% and the table of hosts which monitor an alias is of: {{alias, Alias}, Kind, Reference}.
-module(pier_host_alias).

-export([new/1, drop/1, reference/2, monitor/1, demonitored/1, known/2, down/1, forget/1]).

-define(TABLE, pier_host).
-define(NODE, 'native@nohost').

-type alias() :: none | reference().

%% ---- The process that monitors ----

%% @doc The alias that the options of a monitor wish for, and what they say to the host. What
%% is wrong with them the host finds.
-spec new(term()) -> {alias(), term()}.
new(Options) ->
    case is_list(Options) andalso length_of(Options) > 0 andalso kinds(Options) of
        [_ | _] = Kinds -> aliased(lists:last(Kinds), Options);
        _ -> {none, Options}
    end.

length_of(Options) ->
    try length(Options) catch error:badarg -> 0 end.

kinds(Options) ->
    [Kind || {alias, Kind} <- Options,
             lists:member(Kind, [explicit_unalias, demonitor, reply_demonitor])].

aliased(Kind, Options) ->
    Alias = case Kind of
                reply_demonitor -> erlang:alias([reply]);
                _ -> erlang:alias([explicit_unalias])
            end,
    Tag = proplists:get_value(tag, Options, 'DOWN'),
    Others = [Option || Option <- Options, not is_known(Option)],
    {Alias, [{tag, {?MODULE, Alias, Kind, Tag}} | Others]}.

is_known({tag, _}) -> true;
is_known({alias, Kind}) -> kinds([{alias, Kind}]) =/= [];
is_known(_) -> false.

%% @doc There is no monitor that the alias would be of.
-spec drop(alias()) -> ok.
drop(none) -> ok;
drop(Alias) -> _ = erlang:unalias(Alias), ok.

%% @doc What the caller of monitor/3 gets.
-spec reference(alias(), reference()) -> reference().
reference(none, Reference) -> Reference;
reference(Alias, _Reference) -> Alias.

%% @doc The host's reference of a monitor, by what monitor/3 gave; `none': no native one's.
-spec monitor(term()) -> reference() | none.
monitor(Reference) when is_reference(Reference), node(Reference) =:= ?NODE ->
    Reference;
monitor(Alias) ->
    case lookup(Alias) of
        [{_, _Kind, Reference}] -> Reference;
        [] -> none
    end.

%% @doc demonitor/1,2 has been called, by the owner of the alias.
-spec demonitored(reference()) -> ok.
demonitored(Alias) ->
    case lookup(Alias) of
        [{_, explicit_unalias, _}] -> ok;
        [_] -> drop(Alias);
        [] -> ok
    end,
    forget(Alias).

lookup(Alias) ->
    try ets:lookup(?TABLE, {alias, Alias}) catch error:badarg -> [] end.

%% ---- The host's process ----

%% @doc There is a monitor with that tag: its alias, if it has one.
-spec known(term(), reference()) -> alias().
known({?MODULE, Alias, Kind, _Tag}, Reference) ->
    ets:insert(?TABLE, {{alias, Alias}, Kind, Reference}),
    Alias;
known(_Tag, _Reference) ->
    none.

%% @doc A DOWN as its process sees it, and whom it goes to instead of it. An alias for one
%% message is the way for this one: after a reply it leads nowhere, and so ends with either.
-spec down(tuple()) -> {alias(), tuple()}.
down({{?MODULE, Alias, Kind, Tag}, _Reference, Type, Item, Reason}) ->
    Down = {Tag, Alias, Type, Item, Reason},
    case Kind of
        reply_demonitor -> forget(Alias), {Alias, Down};
        explicit_unalias -> forget(Alias), {none, Down};
        demonitor -> {none, Down}
    end;
down(Down) ->
    {none, Down}.

-spec forget(alias()) -> ok.
forget(none) ->
    ok;
forget(Alias) ->
    _ = ets:delete(?TABLE, {alias, Alias}),
    ok.
