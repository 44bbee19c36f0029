defmodule @Name@ do
  @moduledoc "What the program can do, as functions."

  @doc "The sum of two integers."
  @spec add(integer(), integer()) :: {:ok, integer()} | {:error, term()}
  def add(a, b), do: call({:add, a, b})

  defp call(request) do
    case :pier.call(:@name@, request) do
      {:ok, answer} -> answer
      {:error, _} = error -> error
    end
  end
end
