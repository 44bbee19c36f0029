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

  @spec close(port()) :: true
  def close(port), do: :pier_host.port_close(port)

  @spec command(port(), iodata(), [:force | :nosuspend]) :: boolean()
  def command(port, data, options \\ []), do: :pier_host.port_command(port, data, options)

  @spec connect(port(), pid()) :: true
  def connect(port, pid), do: :pier_host.port_connect(port, pid)

  @spec info(port()) :: keyword() | nil
  def info(port), do: nillify(:pier_host.port_info(port))

  @spec info(port(), atom()) :: {atom(), term()} | nil
  def info(port, :registered_name), do: named(:pier_host.port_info(port, :registered_name))
  def info(port, item), do: nillify(:pier_host.port_info(port, item))

  @spec monitor(port() | {name :: atom(), node()} | atom()) :: reference()
  def monitor(port), do: :pier_host.monitor(:port, port)

  @spec demonitor(reference(), [:flush | :info]) :: boolean()
  def demonitor(reference, options \\ []), do: :pier_host.demonitor(reference, options)

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
