"""What to write in place of an argument that `compile` does not have?"""

from collections.abc import Iterable

_ADAM = "keras.optimizers.Adam(2e-4, beta_1=0.5)"
_BOTH = f"`d_opt={_ADAM}, g_opt={_ADAM}`: two players need two optimizers"
_PAIR = (
    "`loss=(d_loss, g_loss)`, two functions d_loss(real_scores, fake_scores) "
    "and g_loss(fake_scores)"
)
_INSTEAD = {
    **dict.fromkeys(("optimizer", "optimizers", "opt"), _BOTH),
    **dict.fromkeys(("learning_rate", "lr"), _BOTH),
    **dict.fromkeys(
        ("d_optimizer", "disc_optimizer", "discriminator_optimizer"),
        "`d_opt=...`",
    ),
    **dict.fromkeys(
        ("critic_optimizer", "c_optimizer", "disc_opt"), "`d_opt=...`"
    ),
    **dict.fromkeys(
        ("g_optimizer", "gen_optimizer", "generator_optimizer", "gen_opt"),
        "`g_opt=...`",
    ),
    **dict.fromkeys(("loss_fn", "loss_function", "losses"), "`loss=...`"),
    **dict.fromkeys(
        ("d_loss", "g_loss", "d_loss_fn", "g_loss_fn", "discriminator_loss"),
        _PAIR,
    ),
    **dict.fromkeys(("generator_loss", "disc_loss", "gen_loss"), _PAIR),
    "gp_weight": "`gp_weight=...` where the model is made",
    "discriminator_steps": "`discriminator_steps=...` where the model is made",
    "d_steps": "`discriminator_steps=...` where the model is made",
}


def refuse_unknown(model: str, unknown: Iterable[str]) -> None:
    """Raises `TypeError` for arguments that `compile` of a GAN does not have.

    Args:
        model: The name of the model's class.
        unknown: The names of the arguments.
    """
    names = sorted(unknown)
    if not names:
        return
    known = [
        f"In place of {n} write {_INSTEAD[n]}." for n in names if n in _INSTEAD
    ]
    raise TypeError(
        f"`compile` of {model} takes d_opt and g_opt, an optimizer for each "
        "player, and loss; all else is as in keras.Model.compile. "
        f"Received: {names}. {' '.join(dict.fromkeys(known))}".rstrip()
    )


def refuse_more(model: str, more: tuple[object, ...]) -> None:
    """Raises `TypeError` for arguments that have no name.

    Args:
        model: The name of the model's class.
        more: What stood behind the loss.
    """
    if more:
        raise TypeError(
            f"`compile` of {model} takes d_opt, g_opt and loss in this order, "
            f"and all else by its name. Received: {len(more)} arguments more"
        )
