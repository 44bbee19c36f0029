%% One owner of the example program jobs, which is started anew with it.
-module(tally_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, Program} = application:get_env(tally, program),
    Owner = pier:child_spec(#{name => tally, program => Program, mode => call}),
    {ok, {#{strategy => one_for_one}, [Owner]}}.
