defmodule Calculator do
  @moduledoc """
  Numbers of any size, by the program `calc`.

      children = [{Calculator, program: "priv/calc"}]
      {:ok, 3} = Calculator.add(1, 2)

  The owner of the program is `:pier`'s; this module only gives it a place in a
  supervision tree and its requests the look of functions.
  """

  @type answer :: {:ok, number} | {:error, term}

  @doc "Options: `:program`, a path or `{:priv, app, name}`, and `:name`."
  def child_spec(options) do
    program = Keyword.fetch!(options, :program)
    :pier.child_spec(%{name: Keyword.get(options, :name, __MODULE__), program: program})
  end

  @spec add(number, number) :: answer
  def add(a, b), do: call({:add, a, b})

  @spec divide(number, number) :: answer
  def divide(a, b), do: call({:divide, a, b})

  defp call(request) do
    with {:ok, answer} <- :pier.call(__MODULE__, request), do: answer
  end
end
