using System.Globalization;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>An upstream's answer went on beyond the server's <c>responseBytes</c>.</summary>
internal sealed class AnswerTooLargeException(long limit) : IOException(string.Create(CultureInfo.InvariantCulture, $"the answer is larger than {limit} bytes"));
