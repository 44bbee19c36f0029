defmodule @Name@.Application do
  @moduledoc false
  use Application

  # One owner, which runs priv/@name@ and is started anew with it.
  @impl true
  def start(_type, _args) do
    owner = :pier.child_spec(%{name: :@name@, program: {:priv, :@name@, "@name@"}})
    Supervisor.start_link([owner], strategy: :one_for_one, name: @Name@.Supervisor)
  end
end
