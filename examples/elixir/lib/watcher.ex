defmodule Watcher do
  @moduledoc """
  Tells processes what happens in a folder.

      {:ok, watcher} = Watcher.start_link(folder: "lib", program: "priv/watch")
      :ok = Watcher.subscribe(watcher)
      receive do {:changed, path} -> ... end

  It is what people copy as an "fswatch adapter", with two differences: changes come as
  terms and not as lines, and when the watcher ends, however it ends, so does the
  program. For a program that was not made with pier, see `Watcher.Lines`.
  """
  use GenServer

  @doc "Options: `:folder`, `:program`, and those of a GenServer, such as `:name`."
  def start_link(options) do
    {own, rest} = Keyword.split(options, [:folder, :program])
    GenServer.start_link(__MODULE__, own, rest)
  end

  @doc "The calling process gets `{:changed, path}` and `{:renamed, path}`."
  def subscribe(watcher), do: GenServer.call(watcher, :subscribe)

  @impl true
  def init(options) do
    folder = Keyword.fetch!(options, :folder)

    # Linked: one does not live without the other.
    with {:ok, owner} <-
           :pier.start_link(%{program: Keyword.fetch!(options, :program), mode: :call}),
         {:ok, events} <- :pier.subscribe(owner),
         {:ok, :ok} <- :pier.call(owner, {:watch, folder}) do
      {:ok, %{owner: owner, events: events, subscribers: %{}}}
    else
      {:ok, {:error, reason}} -> {:stop, reason}
      {:error, reason} -> {:stop, reason}
    end
  end

  @impl true
  def handle_call(:subscribe, {pid, _}, state) do
    {:reply, :ok, put_in(state.subscribers[Process.monitor(pid)], pid)}
  end

  @impl true
  def handle_info({events, {:event, {what, folder, name}}}, %{events: events} = state) do
    for {_, pid} <- state.subscribers, do: send(pid, {what, Path.join(folder, name)})
    {:noreply, state}
  end

  def handle_info({:DOWN, events, :process, _, reason}, %{events: events} = state) do
    {:stop, reason, state}
  end

  def handle_info({:DOWN, monitor, :process, _, _}, state) do
    {:noreply, %{state | subscribers: Map.delete(state.subscribers, monitor)}}
  end

  def handle_info(_, state), do: {:noreply, state}
end
