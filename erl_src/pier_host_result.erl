%% What a native host answered, as the caller's result: what the function of the VM returns
%% or raises, with its stack and its `error_info'.
-module(pier_host_result).

-export([result/3, ddll_result/3, raise/5]).

-type answer() :: pier_host_call:result() | {host, term()}.

%% @doc Of a function of `erlang'.
-spec result(answer(), atom(), [term()]) -> term().
result({ok, Value}, _Function, _Arguments) ->
    Value;
result({error, Class, Reason, Cause}, Function, Arguments) ->
    raise(Class, Reason, Cause, Function, Arguments);
result({host, Reason}, Function, Arguments) ->
    ended(Reason, Function, Arguments).

%% The host has ended, perhaps in the call: every port of it is gone.
ended(_Reason, port_info, _Arguments) -> undefined;
ended(_Reason, ports, _Arguments) -> [];
ended(_Reason, send, _Arguments) -> ok;
ended(_Reason, Function, _Arguments) when Function =:= send_nosuspend; Function =:= unlink;
                                          Function =:= exit; Function =:= demonitor -> true;
ended(_Reason, monitor, [Type, Item | Options]) ->
    Reference = make_ref(),
    Tag = proplists:get_value(tag, lists:append(Options), 'DOWN'),
    {_, Down} = pier_host_alias:down({Tag, Reference, Type, Item, noproc}),
    self() ! Down,
    Reference;
ended(_Reason, port_command, [_, _, Options] = Arguments) ->
    Known = is_list(Options) andalso Options -- [force, nosuspend] =:= [],
    raise(error, badarg, case Known of true -> none; false -> badopt end, port_command, Arguments);
ended(Reason, open_port, Arguments) ->
    raise(error, {pier_host, Reason}, none, open_port, Arguments);
ended(_Reason, Function, Arguments) ->
    raise(error, badarg, none, Function, Arguments).

%% @doc Of a function of `erl_ddll'.
-spec ddll_result(answer(), atom(), [term()]) -> term().
ddll_result({ok, Value}, _Function, _Arguments) ->
    Value;
ddll_result({error, Class, Reason, _Cause}, Function, Arguments) ->
    erlang:raise(Class, Reason, [{erl_ddll, Function, Arguments, []} | callers()]);
ddll_result({host, Reason}, _Function, Arguments) ->
    error({pier_host, Reason}, Arguments).

%% @doc As a BIF raises it: the top of the stack is the BIF, and says where its error is explained.
-spec raise(error | exit | throw, term(), atom(), atom(), [term()]) -> no_return().
raise(Class, Reason, Cause, Function, Arguments) ->
    Explained = case Cause of
                    none -> #{module => erl_erts_errors};
                    _ -> #{module => erl_erts_errors, cause => Cause}
                end,
    erlang:raise(Class, Reason, [{erlang, Function, Arguments, [{error_info, Explained}]} | callers()]).

%% The stack above the modules that stand for the VM's.
callers() ->
    {current_stacktrace, Frames} = process_info(self(), current_stacktrace),
    lists:dropwhile(fun({Module, _, _, _}) -> lists:member(Module, [?MODULE, pier_host, pier_host_ddll]) end,
                    Frames).
