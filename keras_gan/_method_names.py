"""What does Python call the methods of classes that nobody knows?"""

from typing import Any, TypeVar

__all__ = ["without_class"]

Class = TypeVar("Class", bound=type[Any])


def without_class(private: Class) -> Class:
    """Takes a class' name out of what Python says of its methods.

    Python's own errors, such as of a missing argument, name the class in which
    a method is written. Of one that is not public nobody knows what it is.

    Args:
        private: A class that public ones are derived from.

    Returns:
        The same class.
    """
    for name, method in vars(private).items():
        function = getattr(method, "__func__", method)
        if hasattr(function, "__code__"):
            function.__qualname__ = name
    return private
