%% @doc `erl_ddll' for the drivers of the native host: the same functions.
-module(pier_host_ddll).

-export([demonitor/1, format_error/1, info/0, info/1, info/2, load/2, load_driver/2,
         loaded_drivers/0, monitor/2, reload/2, reload_driver/2, try_load/3, try_unload/2,
         unload/1, unload_driver/1]).
-compile({no_auto_import, [monitor/2, demonitor/1]}).

-spec load(term(), term()) -> term().
load(Path, Name) -> ask(load, [Path, Name]).

-spec load_driver(term(), term()) -> term().
load_driver(Path, Name) -> ask(load_driver, [Path, Name]).

-spec unload(term()) -> term().
unload(Name) -> ask(unload, [Name]).

-spec unload_driver(term()) -> term().
unload_driver(Name) -> ask(unload_driver, [Name]).

-spec reload(term(), term()) -> term().
reload(Path, Name) -> ask(reload, [Path, Name]).

-spec reload_driver(term(), term()) -> term().
reload_driver(Path, Name) -> ask(reload_driver, [Path, Name]).

-spec try_load(term(), term(), term()) -> term().
try_load(Path, Name, Options) -> ask(try_load, [Path, Name, Options]).

-spec try_unload(term(), term()) -> term().
try_unload(Name, Options) -> ask(try_unload, [Name, Options]).

-spec loaded_drivers() -> term().
loaded_drivers() -> ask(loaded_drivers, []).

-spec info() -> term().
info() -> ask(info, []).

-spec info(term()) -> term().
info(Name) -> ask(info, [Name]).

-spec info(term(), term()) -> term().
info(Name, Item) -> ask(info, [Name, Item]).

-spec monitor(term(), term()) -> reference().
monitor(Tag, Item) -> ask(monitor, [Tag, Item]).

-spec demonitor(term()) -> term().
demonitor(Reference) -> ask(demonitor, [Reference]).

-spec format_error(term()) -> term().
format_error(Reason) -> ask(format_error, [Reason]).

ask(Function, Arguments) ->
    case pier_host:start() of
        {ok, Host} ->
            Called = list_to_atom("erl_ddll:" ++ atom_to_list(Function)),
            pier_host_result:ddll_result(pier_host_call:call(Host, Called, Arguments), Function, Arguments);
        {error, Reason} ->
            error({pier_host, Reason}, Arguments)
    end.
