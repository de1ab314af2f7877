using System.Text;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class TaskIdTests
{
    [Theory]
    [InlineData("""{"id":1,"result":{"taskId":"t","n":1.0e2,"resultType":"task"}}""", """{"id":1,"result":{"taskId":"<t>","n":1.0e2,"resultType":"task"}}""")]
    [InlineData("""{"result":{"resultType":"task","taskId":"t","x":{"taskId":"u"},"task\u0049d":"v"}}""", """{"result":{"resultType":"task","taskId":"<t>","x":{"taskId":"u"},"task\u0049d":"<v>"}}""")]
    [InlineData("""{"result":{"resultType":"complete","taskId":"t"}}""", """{"result":{"resultType":"complete","taskId":"t"}}""")]
    [InlineData("""{"method":"notifications/progress","params":{"resultType":"task","taskId":"t"}}""", """{"method":"notifications/progress","params":{"resultType":"task","taskId":"t"}}""")]
    [InlineData("nonsense", "nonsense")]
    public void The_id_of_a_task_that_begins_is_changed_and_no_other(string message, string expected) =>
        Assert.Equal(expected, Text(TaskIdSplice.OfNewTask(Encoding.UTF8.GetBytes(message), taskId => $"<{taskId}>")));

    [Fact]
    public void The_id_of_a_task_that_was_asked_for_is_put_back()
    {
        var answer = """{"result":{"resultType":"complete","taskId":"t","result":{"taskId":"t"}}}"""u8.ToArray();
        Assert.Equal("""{"result":{"resultType":"complete","taskId":"sealed","result":{"taskId":"t"}}}""", Text(TaskIdSplice.OfResult(answer, taskId => taskId == "t" ? "sealed" : null)));
        Assert.Equal(answer, TaskIdSplice.OfResult(answer, _ => null).ToArray());
    }

    private static string Text(ReadOnlyMemory<byte> message) => Encoding.UTF8.GetString(message.Span);
}
