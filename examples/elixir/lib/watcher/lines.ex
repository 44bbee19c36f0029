defmodule Watcher.Lines do
  @moduledoc """
  The lines of a program that is not ours, `fswatch` say, to one process:

      {:ok, _} = Watcher.Lines.start_link(command: ["fswatch", "lib"], to: self())
      receive do {:line, path} -> ... end

  The program runs behind `pier wrap`: opened bare it would outlive its owner, for it does
  not read its standard input and so never sees that its port was closed.
  """
  use GenServer

  @doc "Options: `:command`, `:to`, `:wrap` (the command pier, found in PATH if not given)."
  def start_link(options), do: GenServer.start_link(__MODULE__, options)

  @impl true
  def init(options) do
    Process.flag(:trap_exit, true)
    pier = options[:wrap] || System.find_executable("pier")
    arguments = ["wrap", "--grace", "1000", "--" | Keyword.fetch!(options, :command)]

    port =
      Port.open({:spawn_executable, pier}, [
        :binary,
        :exit_status,
        :hide,
        {:line, 4096},
        {:args, arguments}
      ])

    {:ok, %{port: port, to: Keyword.fetch!(options, :to), line: ""}}
  end

  @impl true
  def handle_info({port, {:data, {:noeol, part}}}, %{port: port} = state) do
    {:noreply, %{state | line: state.line <> part}}
  end

  def handle_info({port, {:data, {:eol, part}}}, %{port: port} = state) do
    send(state.to, {:line, state.line <> part})
    {:noreply, %{state | line: ""}}
  end

  def handle_info({port, {:exit_status, status}}, %{port: port} = state) do
    {:stop, {:exit_status, status}, state}
  end

  def handle_info({:EXIT, port, reason}, %{port: port} = state), do: {:stop, reason, state}
  def handle_info({:EXIT, _, reason}, state), do: {:stop, reason, state}
end
