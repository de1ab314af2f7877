using Microsoft.AspNetCore.Http.Features;

namespace Gatehouse.App.Hosting;

/// <summary>
/// Turns a request that is too large, or otherwise not to be read, into an answer: the server alone would log each as a
/// failure of ours, and hang up while the client still sends, so that the client sees a broken connection and no status.
/// </summary>
/// <param name="next">What takes the requests that can be read.</param>
/// <param name="most">How many bytes a body may have.</param>
/// <param name="time">The clock.</param>
internal sealed class BodyLimit(RequestDelegate next, int most, TimeProvider time)
{
    /// <summary>How long a client may go on sending what nobody reads.</summary>
    private static readonly TimeSpan _linger = TimeSpan.FromSeconds(2);

    private string TooLarge => $"The body is larger than {most} bytes.\n";

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.ContentLength > most)
        {
            await RefuseAsync(context);
            return;
        }

        var limit = context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        var counted = context.Request.ContentLength is null && !limit.IsReadOnly ? Count(context, limit) : null;
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException refused) when (!context.Response.HasStarted)
        {
            if (counted?.IsOver == true) await RefuseAsync(context);
            else await AnswerAsync(context.Response, refused.StatusCode, refused.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge : "The request cannot be read.\n");
        }
    }

    /// <summary>A body in chunks does not say its length: it is counted here, because the server's own limit leaves no way to read on.</summary>
    private CountedBody Count(HttpContext context, IHttpMaxRequestBodySizeFeature limit)
    {
        limit.MaxRequestBodySize = null;
        var counted = new CountedBody(context.Request.Body, most);
        context.Request.Body = counted;
        return counted;
    }

    private async Task RefuseAsync(HttpContext context)
    {
        if (context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        context.Response.Headers.Connection = "close";
        await AnswerAsync(context.Response, StatusCodes.Status413PayloadTooLarge, TooLarge);
        await context.Response.CompleteAsync();
        using var patience = new CancellationTokenSource(_linger, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        try
        {
            await (context.Request.Body is CountedBody counted ? counted.Rest : context.Request.Body).CopyToAsync(Stream.Null, either.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            context.Abort(); // it has its answer, or does not want it
        }
    }

    private static Task AnswerAsync(HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(text, response.HttpContext.RequestAborted);
    }
}
