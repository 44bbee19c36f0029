%% One owner, which runs priv/@name@ and is started anew with it.
-module(@name@_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Owner = pier:child_spec(#{name => @name@, program => {priv, @name@, "@name@"}}),
    {ok, {#{strategy => one_for_one}, [Owner]}}.
