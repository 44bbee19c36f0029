%% Linked-in drivers in scenarios, as erl_ddll has them.
-module(pier_scenario_ddll).
-export([folder/2, load/2, call/2, reference/1, settle/0]).

%% Longer than any callback of a driver that a scenario waits for.
-define(TRIES, 1000).

%% A folder that is not absolute is one in that of the drivers.
-spec folder(string(), string()) -> string().
folder("/" ++ _ = Folder, _Drivers) -> Folder;
folder("", Drivers) -> Drivers;
folder(Folder, Drivers) -> Drivers ++ "/" ++ Folder.

%% Raises what is at fault.
-spec load(string(), string() | atom()) -> ok.
load(Folder, Driver) ->
    case erl_ddll:load(Folder, Driver) of
        ok -> ok;
        {error, {open_error, _}} -> error({open_error, '<n>'});
        {error, Reason} -> error(Reason)
    end.

%% The number of an {open_error,N} is another each time: its text is printed. Drivers
%% that the VM has without being asked are not listed.
-spec call(atom(), list()) -> term().
call(Function, Arguments) ->
    case apply(erl_ddll, Function, Arguments) of
        {error, {open_error, _} = Reason} ->
            {error, {open_error, iolist_to_binary(erl_ddll:format_error(Reason))}};
        {ok, [Name | _] = Drivers} when is_list(Name) ->
            {ok, [Driver || Driver <- Drivers, not is_static(Driver)]};
        Result ->
            Result
    end.

-spec reference(term()) -> reference() | none.
reference(Reference) when is_reference(Reference) -> Reference;
reference({ok, _, Reference}) when is_reference(Reference) -> Reference;
reference(_) -> none.

%% Waits until what a run has loaded is gone: the roles that loaded it are.
-spec settle() -> ok.
settle() ->
    settle(?TRIES).

settle(Tries) ->
    {ok, Drivers} = erl_ddll:loaded_drivers(),
    case [Driver || Driver <- Drivers, not is_static(Driver), not is(permanent, Driver)] of
        [_ | _] when Tries > 0 -> timer:sleep(2), settle(Tries - 1);
        _ -> ok
    end.

is_static(Driver) ->
    is(linked_in_driver, Driver).

%% A driver that has just gone is none of them.
is(Item, Driver) ->
    try erl_ddll:info(Driver, Item) catch error:badarg -> true end.
