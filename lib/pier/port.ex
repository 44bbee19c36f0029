defmodule Pier.Port do
  @moduledoc """
  Elixir's `Port` for the ports of the native host; `doc/native.md` has the whole.

  A module need not call it: with

      @compile {:parse_transform, :pier_transform}

  its `Port.open/2` and the rest are these. What is no native port is left to `Port`.
  """

  @type name ::
          {:spawn, charlist() | binary()}
          | {:spawn_driver, charlist() | binary()}
          | {:spawn_executable, :file.name_all()}
          | {:fd, non_neg_integer(), non_neg_integer()}

  @doc "`Port.open/2`. The option `{:host, host}` chooses a host of `:pier_host.start/1`."
  @spec open(name(), list()) :: port()
  def open(name, settings), do: :pier_host.open_port(name, settings)

  @doc "Closes the port, whoever its owner is, as `Port.close/1`; no `:closed` is sent."
  @spec close(port()) :: true
  def close(port), do: :pier_host.port_close(port)

  @doc """
  Sends `data` to the port, as `Port.command/3`; a busy port suspends the caller, unless `:nosuspend`
  is given. Waits for the host; `send(port, {self(), {:command, data}})` does not.
  """
  @spec command(port(), iodata(), [:force | :nosuspend]) :: boolean()
  def command(port, data, options \\ []), do: :pier_host.port_command(port, data, options)

  @doc "Makes `pid` the owner of the port, as `Port.connect/2`."
  @spec connect(port(), pid()) :: true
  def connect(port, pid), do: :pier_host.port_connect(port, pid)

  @doc "What is known of the port, `nil` if it is closed, as `Port.info/1`."
  @spec info(port()) :: keyword() | nil
  def info(port), do: nillify(:pier_host.port_info(port))

  @doc "One item of it, as `Port.info/2`."
  @spec info(port(), atom()) :: {atom(), term()} | nil
  def info(port, :registered_name), do: named(:pier_host.port_info(port, :registered_name))
  def info(port, item), do: nillify(:pier_host.port_info(port, item))

  @doc "Monitors the port from the caller, as `Port.monitor/1`."
  @spec monitor(port() | {name :: atom(), node()} | atom()) :: reference()
  def monitor(port), do: :pier_host.monitor(:port, port)

  @doc "Ends a monitor, as `Port.demonitor/2`."
  @spec demonitor(reference(), [:flush | :info]) :: boolean()
  def demonitor(reference, options \\ []), do: :pier_host.demonitor(reference, options)

  @doc "The ports of the VM and of its hosts, as `Port.list/0`."
  @spec list() :: [port()]
  def list, do: :pier_host.ports()

  # What Process does with ports and is no BIF.

  @doc false
  def register(pid_or_port, name)
      when is_atom(name) and name not in [nil, false, true, :undefined] do
    :pier_host.register(name, pid_or_port)
  catch
    :error, :badarg ->
      message =
        "could not register #{inspect(pid_or_port)} with name #{inspect(name)} because it is " <>
          "not alive, the name is already taken, or it has already been given another name"

      :erlang.error(ArgumentError.exception(message), [pid_or_port, name])
  end

  @doc false
  def whereis(name), do: nillify(:pier_host.whereis(name))

  @doc false
  def process_info(pid), do: nillify(:pier_host.process_info(pid))

  @doc false
  def process_info(pid, :registered_name),
    do: named(:pier_host.process_info(pid, :registered_name))

  def process_info(pid, items), do: nillify(:pier_host.process_info(pid, items))

  defp named([]), do: {:registered_name, []}
  defp named(other), do: nillify(other)

  defp nillify(:undefined), do: nil
  defp nillify(other), do: other
end
