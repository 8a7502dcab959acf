namespace Ddmq.Thrift.Protocol;

/// <summary>Why a call could not be made; the numbers of Apache Thrift's <c>TApplicationException</c>.</summary>
public enum ThriftApplicationError
{
    /// <summary>No reason given.</summary>
    Unknown = 0,

    /// <summary>The service has no method of that name.</summary>
    UnknownMethod = 1,

    /// <summary>The message is not a call.</summary>
    InvalidMessageType = 2,

    /// <summary>The reply names another method.</summary>
    WrongMethodName = 3,

    /// <summary>The reply carries another call's number.</summary>
    BadSequenceId = 4,

    /// <summary>The reply has no result.</summary>
    MissingResult = 5,

    /// <summary>Something went wrong inside the server.</summary>
    InternalError = 6,

    /// <summary>The arguments could not be decoded.</summary>
    ProtocolError = 7,

    /// <summary>An unknown transform was asked for.</summary>
    InvalidTransform = 8,

    /// <summary>An unknown protocol was asked for.</summary>
    InvalidProtocol = 9,

    /// <summary>The client's type is not supported.</summary>
    UnsupportedClientType = 10,
}
