namespace Gatehouse.Core.Configuration;

/// <summary>One value of the configuration, and where it was written.</summary>
internal abstract record JsoncNode(string Origin)
{
    /// <summary>What people call it in a message.</summary>
    public abstract string Kind { get; }

    public sealed record Text(string Origin, string Value) : JsoncNode(Origin)
    {
        public override string Kind => "a string";
    }

    public sealed record Number(string Origin, string Literal) : JsoncNode(Origin)
    {
        public override string Kind => "a number";
    }

    public sealed record Flag(string Origin, bool Value) : JsoncNode(Origin)
    {
        public override string Kind => Value ? "true" : "false";
    }

    public sealed record Null(string Origin) : JsoncNode(Origin)
    {
        public override string Kind => "null";
    }

    public sealed record List(string Origin, IReadOnlyList<JsoncNode> Items) : JsoncNode(Origin)
    {
        public override string Kind => "a list";
    }

    public sealed record Map(string Origin, IReadOnlyList<KeyValuePair<string, JsoncNode>> Members) : JsoncNode(Origin)
    {
        public override string Kind => "an object";

        public JsoncNode? Find(string key) => Members.FirstOrDefault(member => member.Key == key).Value;

        public Map With(string key, JsoncNode value) => this with { Members = [.. Members, new(key, value)] };

        public Map Replace(string key, JsoncNode value) => this with { Members = [.. Members.Where(member => member.Key != key), new(key, value)] };
    }
}
