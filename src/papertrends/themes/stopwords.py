"""Words that no theme is named after.

`BREAKS` end a phrase wherever they stand: what abstracts say whatever they are
about. `GENERIC` may stand in a phrase (*continual learning*) but are none alone.
Must not hold a word that could name a theme by itself.
"""

BREAKS = frozenset(
    """
    able abstract according accordingly achieve achieved achieves achieving across act
    actionable actual adapt add added additional additionally address addresses addressing adds
    adjust adopt adopted advance advanced advances affect affected aggregated agnostic aim aims
    aligned allow allowing allows also alternatively although ambiguous amount analyses analyze
    annotate appear applied apply appropriate arbitrary argue art artificial assess assume
    assumption attain attention-free attract available average based basic because begin believe
    benefit benefits best better beyond bridge bring brings broad build building call called
    capable capture captures carefully carry case cases cause caused central challenge
    challenges challenging change changes choose claim close coarse codes combine combined
    combining common commonly comparable compare compared comparison complex comprehensive
    comprehensively computationally concept conduct conducted consider considerable consistent
    consistently contrast contribute contribution contributions conventional correct correctly
    cost-effective costly cover create created critical crucial current currently decrease deep
    define degrade deliver demonstrate demonstrated demonstrates demonstrating depend depends
    deploy derive derived design designed desirable desired despite detail detailed determine
    develop developed developing development did different difficult directional directly
    discover distinct diverse down dramatically drawback due dynamic easily easy effect
    effective effectively effectiveness effects efficiency efficient efficiently effort
    eliminate emerge emerging emphasize employ employs enable enables enabling encounter
    encourage end end-to-end enhance enhanced enhances enhancing ensure ensures entire equally
    equip especially essential establish estimate evaluate evaluated evaluating evaluations
    evidence exceed excellent exhibit exhibits exist existing exists expect expected expensive
    experimental explain explicit explicitly exploit exploration explore explored explores
    exploring extend extended extensive extensively extract extremely face facilitate fail fails
    familiar far fast faster feasible fields final finally find finding findings finds
    fine-grained first five flexible focus focused focuses focusing follow followed following
    force form formal formulate found four free frequently full fully fundamental fundamentally
    furthermore future gain gains gap general generalize generally generate generated generates
    generating github given global goal good great greatly handle hard help helps hence high
    high-quality higher highlight highlights highly hinder hold however huge hundred hypothesis
    ideal identified identify illustrate immediate impact implement implementation implicit
    implicitly important importantly impressive improve improved improvement improvements
    improves improving include includes including incorporate incorporates incorporating
    increase increased increasing increasingly indicate indicates indicator individual infer
    inherent initial insight insights inspired instance instead integrate integrated integrating
    intend intensive interest interesting introduce introduced introduces introducing
    investigate investigated investigates involve involves involving issue issues iteratively
    just key known lack large large-scale largely larger lastly latest latter lead leading leads
    leap learn learnable-only learned learns least left leverage leveraged leverages leveraging
    leveraging-only lies lightweight like likely limit limitation limitations limited limits
    line little load local long long-term lot low lower main mainly major make makes making
    manner margin match maximum mean meanwhile meet methodology minimal mitigate mixed modern
    modest modify moreover motivated move multi multiple naive named namely natural nature near
    necessary need needed needs negative neglect new newly next none notable notably novel
    number numerous observe observed obtain obtained obvious occur offer offering offers one
    online open operate optimal order ordinary origin original outcome outperform outperformed
    outperforming outperforms outstanding overall overcome own part partially particular
    particularly past pay perform performances performant performed performing performs
    perspective phase pipeline place plausible play plays point points poor popular positive
    possible possibly potential potentially powerful practical practice precise precisely
    predict present presented presents preserve prevent previous previously primarily primary
    prior procedure produce produced proficient project prominent promising prone proper
    properties propose proposed proposes proposing provide provided provides providing public
    publicly pure purpose quickly raise range rapid rarely rate rates reach reached real
    real-world realistic realize reason receive recent recently recognition-only recognize
    reduce reduced reduces reducing refer reflect regard regarding regardless related relative
    relatively release released relevant reliable rely relying remain remains remarkable
    remarkably replace report representative require required requirement requirements requires
    requiring researchers respectively rest resulting retain return reveal reveals rich right
    rigorous rise robust role room roughly run same sampled scarce scenario scenario-based
    scenarios second seek seen select selected selecting separate serious serve serves set sets
    setting settings setup severe shed short shorter show showcase showcasing shown shows side
    significance significant significantly similar similarly simple simply simultaneously single
    small smaller solution solutions solve solved solving sometimes sota specialized specific
    specifically specify stable stages standard start state-of-the-art steadily straightforward
    strength strong stronger struggle struggles studied subsequent substantial substantially
    success successful successfully suffer suffers sufficient suggest suggesting suggests
    suitable superior support surpass surpasses surpassing surprisingly tackle tailored take
    taken takes ten tend term terms tested testing theoretical thereby third thorough thousand
    thousands three thrive thus times today together tool-free top total traditional train
    trained trains transfer treat true try turn two type types typical typically ubiquitous
    ultimate unable unclear underexplored underlying understand unified uniform unique universal
    unlike unprecedented unseen update updated use used useful usefulness user users uses using
    usually utilize utilized utilizes utilizing valid valuable variety various vary varying vast
    verify version versions via viable view want way ways weak well well-known wide wide-ranging
    widely widely-used widespread work works world worse worst yet yield yielding yields zero
    """.split()
)

GENERIC = frozenset(
    """
    abilities ability accuracies accuracy ai algorithm algorithms analysis application applications
    approach approaches architecture architectures baseline baselines benchmark benchmarks
    capabilities capability code context data dataset datasets distribution domain domains
    downstream evaluation example examples experiment experiments feature features field framework
    frameworks generation image images information input inputs intelligence knowledge language
    learning level levels llm llms loss mechanism mechanisms method methods metric metrics model
    modeling models module modules network networks objective objectives output outputs paper papers
    paradigm parameter parameters performance problem problems process processes quality
    representation representations research result results sample samples scale shift shifts signal
    signals size source space stage state step steps strategies strategy structure structures
    studies study survey system systems target task tasks technique techniques test text time token
    tokens trade-off trade-offs tradeoff tradeoffs training understanding value values
    """.split()
)
